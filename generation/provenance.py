"""A signed statement in the file that it was made by a model: C2PA.

Reads and writes <home>/engine/identity, the installation's own certificate: it proves
that a file was not changed since, and, until somebody vouches for it, not by whom it
was made. Rewrites the clip's file.
"""

import json
import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import c2pa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

SIGNED_SUFFIXES = (".mp4", ".gif", ".webp", ".png")  # webm has no place for it
SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
VALID_FOR = timedelta(days=3650)


class Statement(NamedTuple):
    """What a file says of its origin.

    Attributes:
        state: Valid, Trusted or Invalid, as the file stands now.
        generation_id: The generation that made it, None if it does not say.
    """

    manifest_id: str
    state: str
    generation_id: str | None


def sign_clip(
    path: Path, *, home: Path, generation_id: str, facts: dict[str, Any]
) -> str | None:
    """Put a signed statement into a clip; its id, None where the format has no place.

    Args:
        path: The finished file; it is replaced.
        home: The data folder with the installation's identity.
        generation_id: The job.
        facts: What else to state, such as model and seed; no prompt.
    """
    if path.suffix.lower() not in SIGNED_SUFFIXES:
        return None
    signed = path.with_name(f"{path.stem}.signed{path.suffix}")
    created = {"action": "c2pa.created", "digitalSourceType": SOURCE_TYPE}
    manifest = {
        "claim_generator_info": [{"name": "Reelmetrics"}],
        "title": f"{generation_id}{path.suffix}",
        "assertions": [
            {"label": "c2pa.actions.v2", "data": {"actions": [created]}},
            {
                "label": "org.reelmetrics.generation",
                "data": {"generation_id": generation_id, **facts},
            },
        ],
    }
    try:
        with c2pa.Builder(manifest) as builder, _load_signer(home) as signer:
            builder.sign_file(path, signed, signer)
        os.replace(signed, path)
    finally:
        signed.unlink(missing_ok=True)
    statement = read_statement(path)
    assert statement is not None
    return statement.manifest_id


def read_statement(path: Path) -> Statement | None:
    """Read what a file states and check that it was not changed; None if nothing."""
    reader = c2pa.Reader.try_create(path)
    if reader is None:
        return None
    with reader:
        store = json.loads(reader.json())
        state = str(reader.get_validation_state())
    manifest_id = store["active_manifest"]
    stated = {
        assertion["label"]: assertion["data"]
        for assertion in store["manifests"][manifest_id].get("assertions", [])
    }
    ours = stated.get("org.reelmetrics.generation", {})
    return Statement(manifest_id, state, ours.get("generation_id"))


def _load_signer(home: Path) -> c2pa.Signer:
    """Open the installation's identity; the first clip makes it."""
    folder = home / "engine" / "identity"
    if not folder.exists():
        _make_identity(folder)
    return c2pa.Signer.from_info(
        c2pa.C2paSignerInfo(
            b"es256",
            (folder / "chain.pem").read_bytes(),
            (folder / "key.pem").read_bytes(),
            None,
        )
    )


def _make_identity(folder: Path) -> None:
    """Make a root and a signing certificate; of two at once the first one stays."""
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = _certify("Reelmetrics installation", root_key, root_key, issuer=None)
    leaf = _certify("Reelmetrics engine", key, root_key, issuer=root.subject)
    partial = folder.with_name(f".identity.{uuid4()}")
    partial.mkdir(parents=True, mode=0o700)
    pem = serialization.Encoding.PEM
    (partial / "chain.pem").write_bytes(leaf.public_bytes(pem) + root.public_bytes(pem))
    plain = serialization.NoEncryption()
    (partial / "key.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    )
    (partial / "key.pem").chmod(0o600)
    try:
        partial.rename(folder)
    except OSError:
        if not folder.exists():
            raise
        shutil.rmtree(partial)


def _certify(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    signing_key: ec.EllipticCurvePrivateKey,
    *,
    issuer: x509.Name | None,
) -> x509.Certificate:
    """Make one certificate; without an issuer it is the root."""
    is_root = issuer is None
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Reelmetrics"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    now = datetime.now(UTC)
    public, signer = key.public_key(), signing_key.public_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer or subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + VALID_FOR)
        .add_extension(x509.BasicConstraints(is_root, None), critical=True)
        .add_extension(_allow(is_root=is_root), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer), False
        )
    )
    if not is_root:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        builder = builder.add_extension(usage, critical=False)
    return builder.sign(signing_key, hashes.SHA256())


def _allow(*, is_root: bool) -> x509.KeyUsage:
    """A root signs certificates, the other one signs statements."""
    return x509.KeyUsage(
        digital_signature=not is_root,
        key_cert_sign=is_root,
        crl_sign=is_root,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
