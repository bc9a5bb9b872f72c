"""What a channel refuses: a code for counters, a Chinese sentence for people. No error carries heard text."""


class ChannelError(Exception):
    """企业微信通道出错，请看运行日志。"""

    code = "channel"

    def __init__(self, sentence: str | None = None) -> None:
        self.sentence = sentence or (type(self).__doc__ or "").strip()
        super().__init__(self.sentence)


class WrongSetting(ChannelError):
    """通道的配置不对，请对照管理后台检查。"""

    code = "wrong_setting"


class BadSignature(ChannelError):
    """签名不对，这条回调不是企业微信用本应用的 Token 发来的，已拒绝。"""

    code = "bad_signature"


class BadCipher(ChannelError):
    """密文解不开，请检查 EncodingAESKey 是否与管理后台一致。"""

    code = "bad_cipher"


class WrongReceiver(ChannelError):
    """这条回调属于别的企业，已拒绝。"""

    code = "wrong_receiver"


class WrongSource(ChannelError):
    """这条回调不是从企业微信的地址来的，已拒绝。"""

    code = "wrong_source"


class BadShape(ChannelError):
    """回调内容的格式不对，已拒绝。"""

    code = "bad_shape"


class TooLarge(ChannelError):
    """回调内容超过 1 MB，已拒绝。"""

    code = "too_large"
