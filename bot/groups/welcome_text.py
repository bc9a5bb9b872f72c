"""The county's one welcome text in WeCom: added once, changed when its words are changed."""

from hashlib import sha256

from bot.channels.outcomes import Failed, Sent
from bot.channels.welcome import WelcomeTemplates
from bot.groups.watch import sentence_of
from storage import meta_rows
from storage.store import Store
from storage.work import SqlWork

_TEMPLATE, _DIGEST = "welcome_template", "welcome_digest"
#: errcode of a template that is not there any more.
_UNKNOWN = 40058


async def set_welcome(store: Store, templates: WelcomeTemplates, text: str) -> tuple[str, bool]:
    """Bring WeCom's template into step with the text: (what was done, in Chinese; whether it failed)."""
    digest = sha256(text.encode()).hexdigest()
    template = await store.read(lambda work: meta_rows.get_note(work, _TEMPLATE))
    known = await store.read(lambda work: meta_rows.get_note(work, _DIGEST))
    if template is not None and known == digest:
        return "欢迎语没有变化。", False
    if template is not None:
        edited = await templates.edit(template, text)
        if isinstance(edited, Sent):
            await _keep(store, template, digest)
            return "欢迎语已更新，用着它的群从现在起显示新的。", False
        if not (isinstance(edited, Failed) and edited.code == _UNKNOWN):
            return sentence_of(edited), True
    added = await templates.add(text)
    if not isinstance(added, str):
        return sentence_of(added), True
    await _keep(store, added, digest)
    return "欢迎语已建好。请每个群的群主在企业微信里把它设为入群欢迎语（群设置 › 入群欢迎语）。", False


async def _keep(store: Store, template: str, digest: str) -> None:
    def unit(work: SqlWork) -> None:
        meta_rows.put_note(work, _TEMPLATE, template)
        meta_rows.put_note(work, _DIGEST, digest)

    await store.unit(unit, writer="web")
