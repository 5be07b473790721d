"""A self-signed certificate for `*.localhost`, and a browser that trusts it besides the usual ones."""

from __future__ import annotations

import base64
import hashlib
import shlex
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from webrun_nb.browsers import discovery

NAMES = ("login.localhost", "www.login.localhost", "evil.localhost")


def own_certificate(folder: Path) -> tuple[ssl.SSLContext, str]:
    """Make a certificate; return the server's TLS context and the fingerprint that a browser is to trust."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "webrun-nb's tests")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(each) for each in NAMES]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "own.pem"
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return context, base64.b64encode(hashlib.sha256(public).digest()).decode()


def browser_that_takes(spki: str, folder: Path) -> str:
    """Return a program for `WEBRUN_BROWSER` that starts the installed browser and has it trust one more certificate."""
    found = next(each for each in discovery.candidates() if each.path)
    program = folder / ("headless-shell" if found.kind == "headless-shell" else "chromium")
    option = f"--ignore-certificate-errors-spki-list={spki}"
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(str(found.path))} {option} "$@"\n')
    program.chmod(0o700)
    return str(program)
