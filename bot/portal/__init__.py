"""The way into other systems: an OpenID Connect provider for the partners that an administrator set up.

Code flow with PKCE only. `/oidc/authorize` checks what is asked and keeps it; `/console/sso/<id>` (under the path of
the session's cookie) finds out who is there and sends them back with a code; `/oidc/token` gives tokens for it, once.
"""
