"""入群欢迎语: what a newcomer to a customer group reads first (path/92366).

WeCom keeps at most 100 templates of a company, and the owner of each group attaches one in the client; that he should is
told to the owners when a template is made (notify 1).
"""

from bot.channels.client import WeComClient
from bot.channels.outcomes import Failed, Outcome, Sent, Unclear

TEXT_BYTES = 3000


class WelcomeTemplates:
    """Made and changed by the app with this number."""

    def __init__(self, client: WeComClient, agent_id: int) -> None:
        self._client = client
        self._agent_id = agent_id

    async def add(self, text: str) -> str | Outcome:
        """A new template; gives its template_id."""
        if (fault := fault_of(text)) is not None:
            return fault
        body = {"text": {"content": text}, "agentid": self._agent_id, "notify": 1}
        outcome = await self._client.post("externalcontact/group_welcome_template/add", body)
        if not isinstance(outcome, Sent):
            return outcome
        template = outcome.data.get("template_id")
        return template if isinstance(template, str) and template else Unclear("企业微信没有给出欢迎语的编号。")

    async def edit(self, template: str, text: str) -> Outcome:
        """Other words; groups that have the template show them from now on."""
        if (fault := fault_of(text)) is not None:
            return fault
        body = {"template_id": template, "text": {"content": text}, "agentid": self._agent_id}
        return await self._client.post("externalcontact/group_welcome_template/edit", body, repeatable=True)

    async def get(self, template: str) -> str | Outcome:
        """The words of a template."""
        body = {"template_id": template}
        outcome = await self._client.post("externalcontact/group_welcome_template/get", body, repeatable=True)
        if not isinstance(outcome, Sent):
            return outcome
        text = outcome.data.get("text")
        return str(text.get("content") or "") if isinstance(text, dict) else ""

    async def delete(self, template: str) -> Outcome:
        """Take it away from all groups."""
        body = {"template_id": template, "agentid": self._agent_id}
        return await self._client.post("externalcontact/group_welcome_template/del", body, repeatable=True)


def fault_of(text: str) -> Failed | None:
    """Why WeCom would refuse these words; None when it would not."""
    if not text.strip():
        return Failed(44004, "欢迎语是空的。")
    size = len(text.encode())
    if size > TEXT_BYTES:
        return Failed(45002, f"欢迎语有 {size} 字节，最多 3000 字节（一个汉字 3 字节）。")
    return None
