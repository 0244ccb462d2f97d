"""The provider's routes. Times in tokens are the world's, not the moved ones of a demo: partners judge by theirs."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import b64decode, urlsafe_b64encode
from binascii import Error as NoBase64
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote_plus

from aiohttp import web

from bot import housework, metrics
from bot.console import page
from bot.console.entrance import COOKIE
from bot.console.flood import Flood
from bot.console.rooms import PATH
from bot.console.sheets import TEXT_BYTES
from bot.portal import tokens
from bot.portal.asking import SCOPES, Asked, Denied, back, checked, is_verifier
from store import db
from store.sharing import grants, partners, signing
from store.sharing.partners import Partner
from store.staff import sessions
from store.staff.offices import person_known

if TYPE_CHECKING:
    from bot.housework import Work
    from bot.office import Office

BASE = "/oidc"
_HEADERS = {"Cache-Control": "no-store", "Pragma": "no-cache", "X-Content-Type-Options": "nosniff"}
_PUBLIC = {**_HEADERS, "Cache-Control": "public, max-age=3600", "Pragma": "", "Access-Control-Allow-Origin": "*"}


class Refusal(Exception):
    """An error of the token endpoint (RFC 6749 5.2)."""

    def __init__(self, error: str, description: str = "", status: int = 400) -> None:
        super().__init__(error)
        self.error, self.description, self.status = error, description, status


class Provider:
    """Of one process."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._flood = Flood()
        self.issuer = office.settings.address + BASE

    def routes(self) -> Sequence[web.RouteDef]:
        return (
            web.get(f"{BASE}/.well-known/openid-configuration", self._discover),
            web.get(f"{BASE}/jwks", self._jwks),
            web.get(f"{BASE}/authorize", self._authorize),
            web.post(f"{BASE}/authorize", self._authorize),
            web.get(f"{PATH}/sso/{{id}}", self._enter),
            web.post(f"{BASE}/token", self._token),
            web.get(f"{BASE}/userinfo", self._userinfo),
            web.post(f"{BASE}/userinfo", self._userinfo),
        )

    # --- what we are --------------------------------------------------------------------------------------

    async def _discover(self, request: web.Request) -> web.Response:
        return web.json_response(discovery(self.issuer), headers=_PUBLIC)

    async def _jwks(self, request: web.Request) -> web.Response:
        async with housework.writing(self._office) as work:
            now = await db.now(work.tx)
            await signing.signer(work.tx, self._office.seal, now)
            keys = await signing.published(work.tx)
        return web.json_response({"keys": keys}, headers=_PUBLIC)

    # --- the way in ---------------------------------------------------------------------------------------

    async def _authorize(self, request: web.Request) -> web.StreamResponse:
        given = await _form(request) if request.method == "POST" else list(request.query.items())
        asked = dict(given)
        to, state = asked.get("redirect_uri", ""), asked.get("state", "")
        async with housework.writing(self._office) as work:
            partner = await partners.one(work.tx, asked.get("client_id", ""))
            if partner is None or not partner.active or to not in partner.redirects:
                metrics.rejected("oidc", "client")
                return _nowhere(request, self._office.settings.language)
            try:
                wish = checked(given)
            except Denied as no:
                told = {"error": no.error, "error_description": no.description}
                return page.go(back(to, self.issuer, state, **{key: value for key, value in told.items() if value}))
            made = await grants.ask(work.tx, partner.id, wish.kept, work.at)
        return page.go(f"{PATH}/sso/{made}")

    async def _enter(self, request: web.Request) -> web.StreamResponse:
        """Under the path of the session's cookie: who is there, and may they go on?"""
        made = request.match_info["id"]
        async with housework.writing(self._office) as work:
            found = await grants.asked_for(work.tx, made, work.at)
            if found is None:
                return _nowhere(request, self._office.settings.language)
            asked = Asked.of(found[1])
            try:
                code = await self._granted(request, work, made, found[0], asked)
            except Denied as no:
                await grants.drop(work.tx, made)
                return page.go(back(asked.redirect_uri, self.issuer, asked.state, error=no.error))
        if code is None:
            return page.go(f"{PATH}/in?to={PATH}/sso/{made}")
        return page.go(back(asked.redirect_uri, self.issuer, asked.state, code=code))

    async def _granted(self, request: web.Request, work: Work, made: str, partner: str, asked: Asked) -> str | None:
        """A code; None when somebody must sign in first. Raises `Denied`."""
        token = request.cookies.get(COOKIE, "")
        found = await sessions.find(work.tx, token, work.at) if token else None
        since = await sessions.since(work.tx, found[0].key) if found else None
        if found is None or since is None:
            if "none" in asked.prompt:
                raise Denied("login_required")
            return None
        # Signing in is by WeCom or a link from the chat: it cannot be asked for a second time.
        too_old = asked.max_age is not None and (work.at - since).total_seconds() > asked.max_age
        if too_old or "login" in asked.prompt:
            raise Denied("login_required")
        if not await partners.admits(work.tx, partner, found[1]):
            raise Denied("access_denied")
        return await grants.grant(work.tx, made, found[1].id, since, work.at)

    # --- tokens -------------------------------------------------------------------------------------------

    async def _token(self, request: web.Request) -> web.Response:
        try:
            return web.json_response(await self._exchanged(request), headers=_HEADERS)
        except Refusal as no:
            body = {"error": no.error, **({"error_description": no.description} if no.description else {})}
            headers = {"WWW-Authenticate": 'Basic realm="loop153"'} if no.status == 401 else {}
            return web.json_response(body, status=no.status, headers={**_HEADERS, **headers})

    async def _exchanged(self, request: web.Request) -> dict[str, Any]:
        if request.content_type != "application/x-www-form-urlencoded":
            raise Refusal("invalid_request", "send a form")
        sent = await _form(request)
        if len({name for name, _value in sent}) < len(sent):
            raise Refusal("invalid_request", "a parameter stands twice")
        form = dict(sent)
        async with housework.writing(self._office) as work:
            partner = await self._client(request, form, work)
            if form.get("grant_type") != "authorization_code":
                raise Refusal("unsupported_grant_type" if form.get("grant_type") else "invalid_request")
            if not form.get("code") or not is_verifier(form.get("code_verifier", "")):
                raise Refusal("invalid_request", "code and code_verifier are needed")
            given = await self._given(work, partner, form)
        if given is None:
            raise Refusal("invalid_grant")
        return given

    async def _given(self, work: Work, partner: Partner, form: dict[str, str]) -> dict[str, Any] | None:
        """The tokens for a code; None for a wrong one. Whatever is wrong, the code is used up."""
        token = secrets.token_urlsafe(16)
        granted = await grants.exchange(work.tx, form["code"], partner.id, token, work.at)
        who = await person_known(work.tx, granted.person) if granted else None
        if granted is None or who is None:
            return None
        asked = Asked.of(granted.asked)
        challenge = urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).decode().rstrip("=")
        proven = hmac.compare_digest(challenge, asked.challenge)
        if not proven or not hmac.compare_digest(form.get("redirect_uri", "").encode(), asked.redirect_uri.encode()):
            return None
        now = await db.now(work.tx)
        signer = await signing.signer(work.tx, self._office.seal, now)
        access = tokens.access_token(signer, self.issuer, granted, token, now)
        return {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": int(tokens.LASTS.total_seconds()),
            "scope": asked.scope,
            "id_token": tokens.id_token(signer, self.issuer, granted, who, access, now),
        }

    async def _client(self, request: web.Request, form: dict[str, str], work: Work) -> Partner:
        """The partner that asks, by client_secret_basic or client_secret_post, one of the two."""
        scheme, _space, basic = request.headers.get("Authorization", "").partition(" ")
        if basic and "client_secret" in form:
            raise Refusal("invalid_request", "one way to prove who you are, please")
        known, secret = form.get("client_id", ""), form.get("client_secret", "")
        if basic and scheme.lower() == "basic":
            try:
                name, _colon, rest = b64decode(basic, validate=True).decode().partition(":")
            except (NoBase64, UnicodeDecodeError):
                name, rest = "", ""
            known, secret = unquote_plus(name), unquote_plus(rest)
        partner = await partners.proves(work.tx, known, secret)
        if partner is None:
            metrics.rejected("oidc", "secret")
            late = self._flood.again(request.remote or "")
            raise Refusal("invalid_client", status=429 if late else 401)
        return partner

    async def _userinfo(self, request: web.Request) -> web.Response:
        scheme, _space, told = request.headers.get("Authorization", "").partition(" ")
        async with housework.writing(self._office) as work:
            published = await signing.published(work.tx)
            found = tokens.read(told.strip(), published, self.issuer) if scheme.lower() == "bearer" else None
            stands = found is not None and await grants.stands(work.tx, found["jti"])
            who = await person_known(work.tx, found["sub"]) if found and stands else None
        if found is None or who is None:
            headers = {**_HEADERS, "WWW-Authenticate": 'Bearer error="invalid_token"'}
            return web.json_response({"error": "invalid_token"}, status=401, headers=headers)
        return web.json_response(tokens.claims(who, found["scope"]), headers=_HEADERS)


def routes(office: Office) -> Sequence[web.RouteDef]:
    """Everything under /oidc, and the one page between."""
    return Provider(office).routes()


def discovery(issuer: str) -> dict[str, Any]:
    """OpenID Connect Discovery 1.0, section 3."""
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "jwks_uri": f"{issuer}/jwks",
        "scopes_supported": list(SCOPES),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [signing.ALGORITHM],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": ["none"],
        "claims_supported": [
            *("sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "at_hash"),
            *("name", "preferred_username", "locale", "unit", "bureau", "role"),
        ],
        "claims_parameter_supported": False,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "authorization_response_iss_parameter_supported": True,
    }


async def _form(request: web.Request) -> list[tuple[str, str]]:
    data = bytearray()
    async for chunk in request.content.iter_chunked(64 * 1024):
        data += chunk
        if len(data) > TEXT_BYTES:
            raise web.HTTPRequestEntityTooLarge(TEXT_BYTES, len(data))
    try:
        return parse_qsl(data.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=40)
    except ValueError:
        raise web.HTTPBadRequest from None


def _nowhere(request: web.Request, language: str) -> web.Response:
    """Whoever asks for an unknown system, or an address that is not its own, is told here and sent nowhere."""
    return page.answer("sharing/noway.html", language, 400, here=request.path)
