"""Fetching a picture, voice or file that somebody sent, while it can still be had."""

import base64
import binascii

from bot.channels.archive_helper import ArchiveHelper, ArchiveUnavailable
from bot.channels.client import WeComClient
from bot.channels.crypto import decrypt_media
from bot.channels.errors import BadCipher
from bot.messages import Media

LIMIT = 20 * 1024 * 1024
"""Bytes; a county's photo is far smaller, and nothing greater is taken into memory."""


async def fetch_app_media(client: WeComClient, media: Media) -> bytes | None:
    """What was sent to the app: a media_id, 3 days (path/90254). None when it can't be had."""
    return await client.media(media.ref, limit=LIMIT)


async def fetch_bot_media(client: WeComClient, media: Media) -> bytes | None:
    """What was sent to the AI bot: a URL of 5 minutes, encrypted with its own key (path/100719, 101463)."""
    sealed = await client.download(media.ref, limit=LIMIT)
    if sealed is None or media.key is None:
        return None
    try:
        # the key may lack its "="
        return decrypt_media(sealed, base64.b64decode(media.key + "=" * (-len(media.key) % 4)))
    except (BadCipher, binascii.Error):
        return None


async def fetch_archive_media(helper: ArchiveHelper, media: Media) -> bytes | None:
    """What lies in the archive: chunks of at most 512 KB by sdkfileid (path/91774)."""
    try:
        return await helper.media(media.ref, limit=LIMIT)
    except ArchiveUnavailable:
        return None
