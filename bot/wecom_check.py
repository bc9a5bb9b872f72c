"""`gridbot check --wecom`: each configured door is really tried, and what is missing in the console is said in Chinese.

Nobody is sent anything: tokens are fetched, lists are read, a file of a few bytes is uploaded (WeCom drops it after 3
days), and the bot's long connection is opened and closed, but only while no gridbot runs here, since it would be
displaced by that.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import SecretStr

from bot.channels import kf, mp
from bot.channels.archive_helper import ArchiveHelper, ArchiveUnavailable
from bot.channels.archive_keeper import ArchiveKeeper, NativeArchive
from bot.channels.archive_keys import load_keys
from bot.channels.client import Upload, WeComClient
from bot.channels.console import MISSING, OFF, OK, UNCLEAR, UNTRIED, Advice, Door, Finding, advice, where
from bot.channels.crypto import Cipher
from bot.channels.errors import ChannelError
from bot.channels.outcomes import Failed, Outcome, Partial, Retry, Sent
from bot.channels.probes import is_running, try_callback, try_subscribe
from config.settings import Settings
from registry.registry import Registry
from registry.terms import Speaks

_TRIAL = Upload("gridbot-check.txt", b"gridbot check")
AT_ONCE = 4
ROOT_DEPARTMENT = 1
NO_FILTER_NEEDED = 81017
"""More than 1,000 members are visible: the list wants owners named, so the permission is there (path/92120)."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What the checks work with. `public_url` is the root under which WeCom reaches us, when it was given."""

    settings: Settings
    registry: Registry | None
    now: Callable[[], datetime]
    public_url: str | None = None
    clients: dict[str, WeComClient] = field(default_factory=dict)

    def client(self, secret: SecretStr) -> WeComClient:
        """One client for each secret, so that each token is fetched once."""
        value = secret.get_secret_value()
        if value not in self.clients:
            self.clients[value] = WeComClient(
                self.settings.wecom_base_url, self.settings.wecom_corp_id or "", value, self.now
            )
        return self.clients[value]


async def check_doors(
    settings: Settings, registry: Registry | None, now: Callable[[], datetime], public_url: str | None = None
) -> tuple[Finding, ...]:
    """Try every door; in the order in which a county opens them."""
    root = public_url or settings.public_url
    trial = Trial(settings, registry, now, root.rstrip("/") if root else None)
    checks: tuple[Callable[[Trial], Awaitable[Finding]], ...] = (
        _app, _callback, _media, _bot, _bot_callback, _webhooks, _contact, _archive, _archive_helper, _kf, _mp,
        _report,
    )  # fmt: skip
    try:
        return tuple([await check(trial) for check in checks])
    finally:
        await asyncio.gather(*(client.close() for client in trial.clients.values()))


def _off(door: Door, what: str) -> Finding:
    return Finding(door, OFF, (f"没有配置{what}",))


def _told(door: Door, found: Advice | None, well: str) -> Finding:
    if found is None:
        return Finding(door, OK, (well,))
    return Finding(door, UNCLEAR if found.passing else MISSING, (found.what,), (found.where,), found.code)


def _faults(door: Door, faults: list[tuple[str, str]], well: str) -> Finding:
    """Findings of our own, as (sentence, what to do)."""
    if not faults:
        return Finding(door, OK, (well,))
    todo = tuple(dict.fromkeys(what for _, what in faults if what))
    return Finding(door, MISSING, tuple(sentence for sentence, _ in faults), todo)


def _data(outcome: Outcome) -> Mapping[str, object]:
    return outcome.data if isinstance(outcome, Sent | Partial) else {}


def _listed(data: Mapping[str, object], name: str) -> list[object]:
    value = data.get(name)
    return value if isinstance(value, list) else []


async def _app(trial: Trial) -> Finding:
    settings = trial.settings
    if not settings.app_on or settings.wecom_app_secret is None or settings.wecom_app_agent_id is None:
        return _off(Door.APP, "：收不到回调，发不了卡片和群发任务。")
    outcome = await trial.client(settings.wecom_app_secret).get(
        "agent/get", {"agentid": str(settings.wecom_app_agent_id)}
    )
    found = advice(Door.APP, outcome)
    if found is not None:
        return _told(Door.APP, found, "")
    data, faults = _data(outcome), list[tuple[str, str]]()
    people, parties = data.get("allow_userinfos"), data.get("allow_partys")
    users = _listed(people, "user") if isinstance(people, dict) else []
    departments = _listed(parties, "partyid") if isinstance(parties, dict) else []
    if data.get("close") == 1:
        faults.append(("应用被停用了。", "应用管理 › 自建 › 小格的应用：启用。"))
    if not users and not departments:
        faults.append(("应用的可见范围是空的：谁也收不到卡片。", where(Door.APP, 60011)))
    owned = trial.registry is not None and any("appchat" in g.addresses for g in trial.registry.groups.values())
    if owned and ROOT_DEPARTMENT not in departments:
        faults.append(("登记里有应用建的群，应用的可见范围却不是整个企业。", "应用管理 › 自建 › 小格的应用 › 可见范围：选最上面的部门。"))
    return _faults(Door.APP, faults, f"「{data.get('name') or '应用'}」可以用，这台机器的地址可信。")


async def _callback(trial: Trial) -> Finding:
    settings = trial.settings
    token, key, corp = settings.wecom_app_token, settings.wecom_app_aes_key, settings.wecom_corp_id
    if token is None or key is None or corp is None:
        return _off(Door.CALLBACK, "：卡片按钮点了没有反应，客户群的变化收不到。")
    cipher = Cipher(token.get_secret_value(), key.get_secret_value(), corp)
    return await _reached(trial, Door.CALLBACK, "/wecom/app", cipher)


async def _bot_callback(trial: Trial) -> Finding:
    settings = trial.settings
    token, key = settings.wecom_bot_token, settings.wecom_bot_aes_key
    if not settings.bot_by_url or token is None or key is None:
        return _off(Door.BOT_CALLBACK, "（用长连接就不用它）。")
    return await _reached(trial, Door.BOT_CALLBACK, "/wecom/bot", Cipher(token.get_secret_value(), key.get_secret_value(), ""))


async def _reached(trial: Trial, door: Door, path: str, cipher: Cipher) -> Finding:
    if trial.public_url is None:
        todo = "填好 GRIDBOT_PUBLIC_URL，或加上 --public-url https://对外的域名 再检查一次，会像管理后台保存时那样验证。"
        return Finding(door, UNTRIED, ("没有试：不知道企业微信用哪个网址访问小格。",), (todo,))
    wrong = await try_callback(trial.public_url + path, cipher, int(trial.now().timestamp()))
    if wrong is None:
        return Finding(door, OK, (f"{trial.public_url}{path} 回答正确，可以填进管理后台。",))
    return Finding(door, MISSING, (wrong,), ("小格运行着、从外网访问得到，再在管理后台点「保存」。",))


async def _media(trial: Trial) -> Finding:
    secret = trial.settings.wecom_app_secret
    if not trial.settings.app_on or secret is None:
        return _off(Door.MEDIA, "（先配置自建应用）。")
    return _told(Door.MEDIA, advice(Door.MEDIA, await trial.client(secret).upload("file", _TRIAL)), "可以上传。")


async def _bot(trial: Trial) -> Finding:
    settings = trial.settings
    if not settings.bot_by_socket or settings.wecom_bot_id is None or settings.wecom_bot_secret is None:
        if settings.bot_by_url:
            return Finding(Door.BOT, OFF, ("用的是回调方式：能回答 @，不能主动说话。",))
        return _off(Door.BOT, "：群里 @小格 听不到，也不能主动说话。")
    host = "127.0.0.1" if settings.http_host in ("", "0.0.0.0", "::") else settings.http_host
    if await is_running(f"http://{host}:{settings.http_port}"):
        said = "没有试：小格正在运行，一试就把它挤下线。"
        return Finding(Door.BOT, UNTRIED, (said,), ("通不通看网格办页面的告警；要试就先停下服务。",))
    outcome = await try_subscribe(
        settings.wecom_bot_ws_url, settings.wecom_bot_id, settings.wecom_bot_secret.get_secret_value()
    )
    found = advice(Door.BOT, outcome)
    if isinstance(outcome, Retry):
        found = Advice(outcome.sentence, "看看这台机器能不能访问 GRIDBOT_WECOM_BOT_WS_URL，防火墙要放行 WebSocket。", passing=True)
    return _told(Door.BOT, found, "连得上；试完就断开了。")


async def _webhooks(trial: Trial) -> Finding:
    """A webhook has no call that only looks: a file is uploaded with its key, which posts nothing into the group."""
    groups = [g for g in trial.registry.groups.values() if g.addresses.get("webhook")] if trial.registry else []
    if not groups:
        return _off(Door.WEBHOOK, "：登记里没有群机器人，催办不能 @ 人。")
    client = WeComClient(trial.settings.wecom_base_url, "", "", trial.now)
    turn = asyncio.Semaphore(AT_ONCE)

    async def try_key(key: str) -> Outcome:
        async with turn:
            return await client.upload_with_key("file", key, _TRIAL)

    try:
        outcomes = await asyncio.gather(*(try_key(group.addresses["webhook"]) for group in groups))
    finally:
        await client.close()
    found = [(group, advice(Door.WEBHOOK, outcome)) for group, outcome in zip(groups, outcomes, strict=True)]
    wrong = [(f"{group.name}：{one.what}", one) for group, one in found if one is not None]
    if not wrong:
        return Finding(Door.WEBHOOK, OK, (f"登记的 {len(groups)} 个都有效（只上传了一个小文件，群里没有消息）。",))
    state = MISSING if any(not one.passing for _, one in wrong) else UNCLEAR
    todo = tuple(dict.fromkeys(one.where for _, one in wrong))
    return Finding(Door.WEBHOOK, state, tuple(sentence for sentence, _ in wrong), todo, wrong[0][1].code)


async def _contact(trial: Trial) -> Finding:
    settings, secret = trial.settings, trial.settings.contact_secret
    if secret is None or settings.wecom_corp_id is None:
        return _off(Door.CONTACT, "：不能请群主确认群发，不知道客户群里有谁。")
    client = trial.client(secret)
    chats = await client.post("externalcontact/groupchat/list", {"status_filter": 0, "limit": 1}, repeatable=True)
    if isinstance(chats, Failed) and chats.code == NO_FILTER_NEEDED:
        chats = Sent()
    found = advice(Door.CONTACT, chats)
    if found is not None:
        return _told(Door.CONTACT, found, "")
    followers = await client.get("externalcontact/get_follow_user_list")
    found = advice(Door.CONTACT, followers)
    if found is not None:
        return _told(Door.CONTACT, found, "")
    able = {str(one).lower() for one in _listed(_data(followers), "follow_user")}
    faults = []
    for group in trial.registry.groups.values() if trial.registry else ():
        owner = trial.registry.person(group.owner) if trial.registry and group.owner else None
        userid = owner.identities.get("wecom") if owner else None
        if group.speaks is Speaks.CONFIRM and owner is not None and userid and userid.lower() not in able:
            faults.append((f"{group.name}的群主{owner.name}没有客户联系权限，不能确认群发。", where(Door.CONTACT, 84074)))
    return _faults(Door.CONTACT, faults, f"可以用，{len(able)} 名成员有客户联系权限。")


async def _archive(trial: Trial) -> Finding:
    settings, secret = trial.settings, trial.settings.wecom_archive_secret
    if secret is None:
        if settings.archive_on:
            return Finding(Door.ARCHIVE, OFF, ("没有填 GRIDBOT_WECOM_ARCHIVE_SECRET：不知道谁开通了存档、哪些居民不同意。",))
        return _off(Door.ARCHIVE, "：只听得到 @小格 的消息。")
    outcome = await trial.client(secret).post("msgaudit/get_permit_user_list", {}, repeatable=True)
    found = advice(Door.ARCHIVE, outcome)
    if found is not None:
        return _told(Door.ARCHIVE, found, "")
    ids = _listed(_data(outcome), "ids")
    if not ids:
        return Finding(
            Door.ARCHIVE, MISSING, ("没有一名成员开通存档：一句话也听不到。",),
            ("会话内容存档 › 开启范围：加上每个基础群里的一名成员。",),
        )  # fmt: skip
    return Finding(Door.ARCHIVE, OK, (f"可以用，{len(ids)} 名成员开通了存档。",))


async def _archive_helper(trial: Trial) -> Finding:
    """One sealed record is fetched and thrown away unopened; its key version must be among ours."""
    settings = trial.settings
    if not settings.archive_on or settings.wecom_archive_keys_dir is None:
        return _off(Door.ARCHIVE_HELPER, "：基础群里没有 @小格 的话听不到。")
    try:
        keys = load_keys(settings.wecom_archive_keys_dir)
    except ChannelError as error:
        return Finding(Door.ARCHIVE_HELPER, MISSING, (error.sentence,), ("会话内容存档 › 消息加密公钥：每个版本的私钥都要在。",))
    rows = await _first_record(settings)
    if isinstance(rows, Finding):
        return rows
    version = rows[0].get("publickey_ver") if rows else None
    if version is not None and version not in keys:
        said = f"存档用的是第 {version} 版公钥，密钥文件夹里没有这一版的私钥。"
        return Finding(Door.ARCHIVE_HELPER, MISSING, (said,), (f"把这一版的私钥放进去，文件名以 {version}.pem 结尾。",))
    kept = f"有第 {'、'.join(str(one) for one in sorted(keys))} 版私钥"
    return Finding(Door.ARCHIVE_HELPER, OK, (f"取得到存档，{kept}。" if rows else f"连得上，还没有存档，{kept}。",))


async def _first_record(settings: Settings) -> list[dict[str, object]] | Finding:
    """The oldest record that WeCom still holds, sealed, by a helper of our own or the one at the settings' address."""
    if settings.wecom_archive_library is None or settings.wecom_archive_secret is None:
        async with ArchiveHelper(settings.wecom_archive_url or "") as helper:
            return await _fetched(helper, "看看存档组件有没有启动，GRIDBOT_WECOM_ARCHIVE_URL 对不对。")
    password = settings.wecom_archive_proxy_password
    keeper = ArchiveKeeper(
        NativeArchive(
            settings.wecom_archive_library, settings.wecom_corp_id or "", settings.wecom_archive_secret.get_secret_value(),
            settings.wecom_archive_proxy or "", password.get_secret_value() if password else "",
        )
    )  # fmt: skip
    run = asyncio.create_task(keeper.run())
    try:
        await keeper.first_said()
        if keeper.refusal:
            todo = "换成和这台机器相配的官方库（x86 或 ARM，OpenSSL 3 用 3.0 版），看看 GRIDBOT_WECOM_ARCHIVE_LIBRARY。"
            return Finding(Door.ARCHIVE_HELPER, MISSING, (keeper.refusal,), (todo,))
        return await _fetched(keeper.helper, "看看这台机器能不能上网；要经代理就填 GRIDBOT_WECOM_ARCHIVE_PROXY。")
    finally:
        run.cancel()
        await asyncio.gather(run, return_exceptions=True)
        await keeper.close()


async def _fetched(helper: ArchiveHelper, silent: str) -> list[dict[str, object]] | Finding:
    """`silent`: what to do where there was no answer."""
    try:
        return await helper.fetch(0, 1)
    except ArchiveUnavailable as error:
        todo = where(Door.ARCHIVE_HELPER, 60020 if error.errcode == 10009 else error.errcode) if error.errcode else silent
        return Finding(Door.ARCHIVE_HELPER, MISSING, (error.sentence,), (todo,), error.errcode)


async def _kf(trial: Trial) -> Finding:
    settings, secret = trial.settings, trial.settings.kf_secret
    if not settings.kf_on or secret is None:
        return _off(Door.KF, "：居民不能在微信里单独找小格（不用就不管它）。")
    outcome = kf.explained(await trial.client(secret).post("kf/account/list", {"offset": 0, "limit": 100}, repeatable=True))
    found = advice(Door.KF, outcome)
    if found is not None:
        return _told(Door.KF, found, "")
    accounts = {one.get("open_kfid"): one for one in _listed(_data(outcome), "account_list") if isinstance(one, dict)}
    account = accounts.get(settings.wecom_kf_account)
    if account is None:
        said = "设置里的客服账号不在这个应用管理的账号里。"
        return Finding(Door.KF, MISSING, (said,), (where(Door.KF, 48002), "核对 GRIDBOT_WECOM_KF_ACCOUNT。"))
    return Finding(Door.KF, OK, (f"「{account.get('name') or settings.wecom_kf_account}」可以用。",))


async def _mp(trial: Trial) -> Finding:
    settings, secret = trial.settings, trial.settings.wechat_mp_app_secret
    if not settings.mp_on or settings.wechat_mp_app_id is None or secret is None:
        return _off(Door.MP, "（不用就不管它）。")
    async with mp.MpClient(settings.wechat_mp_base_url, settings.wechat_mp_app_id, secret.get_secret_value(), trial.now) as client:
        outcome = mp.explained(await client.get("getcallbackip"))
    return _told(Door.MP, advice(Door.MP, outcome), "AppID 和密钥可以用。")


async def _report(trial: Trial) -> Finding:
    secret = trial.settings.wecom_report_secret
    if secret is None:
        return _off(Door.REPORT, "（政务版才有，不用就不管它）。")
    since = int(trial.now().timestamp()) - 86400
    outcome = await trial.client(secret).post(
        "report/resident/get_order_list", {"begin_create_time": since, "begin_modify_time": since, "limit": 1}, repeatable=True
    )
    return _told(Door.REPORT, advice(Door.REPORT, outcome), "可以用。")


def try_doors(settings: Settings, registry: Registry | None, now: Callable[[], datetime], public_url: str | None) -> tuple[Finding, ...]:
    """`check_doors` for a command line."""
    return asyncio.run(check_doors(settings, registry, now, public_url))
