"""Detached signatures of files, with the key and the program that git signs commits with.

``ssh`` (`gpg.format`): ``FILE.sig`` of `ssh-keygen -Y sign` in the namespace ``file``, checked
against `gpg.ssh.allowedSignersFile`. ``openpgp``: ``FILE.asc`` of `gpg --detach-sign`.
"""

import os
import subprocess
from pathlib import Path
from typing import Literal

from msgspec import Struct

from multillm_gov.errors import SourceError, UnableError
from multillm_gov.sources.git_command import GitCommand

_NAMESPACE = "file"
_SECONDS = 120


class SignatureState(Struct, frozen=True):
    """``none``: there is no signature; ``good``: by ``signer``; ``bad`` and ``unknown``: why."""

    state: Literal["none", "good", "bad", "unknown"]
    signer: str = ""
    reason: str = ""


def sign_file(file: Path, root: Path) -> Path:
    """Sign a file beside it with git's signing key, and return the signature's path.

    Raises:
        UnableError: no key is set, or the program that signs refused.
    """
    git = GitCommand(root)
    key = _setting(git, "user.signingkey")
    if _setting(git, "gpg.format") == "ssh":
        if not key:
            raise UnableError(
                "Git has no signing key", "Set one: `git config user.signingkey FILE`."
            )
        target = file.with_name(f"{file.name}.sig")
        target.unlink(missing_ok=True)
        program = _setting(git, "gpg.ssh.program") or "ssh-keygen"
        _run([program, "-Y", "sign", "-n", _NAMESPACE, "-f", _key_file(key), str(file)])
        return target
    target = file.with_name(f"{file.name}.asc")
    program = _setting(git, "gpg.program") or "gpg"
    user = ["--local-user", key] if key else []
    options = ["--batch", "--yes", "--armor", "--detach-sign", *user, "--output", str(target)]
    _run([program, *options, str(file)])
    return target


def check_signature(file: Path, root: Path) -> SignatureState:
    """What the signature beside a file says: of whom it is, or why it proves nothing."""
    git = GitCommand(root)
    if (signature := file.with_name(f"{file.name}.sig")).exists():
        return _check_ssh(file, signature, git)
    if (signature := file.with_name(f"{file.name}.asc")).exists():
        program = _setting(git, "gpg.program") or "gpg"
        options = ["--batch", "--status-fd", "1", "--verify"]
        done = _attempt([program, *options, str(signature), str(file)])
        if done is None:
            return SignatureState("unknown", reason=f"`{program}` is not installed")
        for line in done.stdout.decode("utf-8", "replace").splitlines():
            if line.startswith("[GNUPG:] GOODSIG ") and done.returncode == 0:
                return SignatureState("good", signer=line.split(" ", 3)[-1])
        return SignatureState("bad", reason="gpg does not accept it")
    return SignatureState("none")


def _check_ssh(file: Path, signature: Path, git: GitCommand) -> SignatureState:
    program = _setting(git, "gpg.ssh.program") or "ssh-keygen"
    allowed = _setting(git, "gpg.ssh.allowedSignersFile")
    if not allowed:
        return SignatureState(
            "unknown", reason="`gpg.ssh.allowedSignersFile` names nobody whose key is trusted"
        )
    people = _attempt(
        [program, "-Y", "find-principals", "-f", _home(allowed), "-s", str(signature)]
    )
    if people is None:
        return SignatureState("unknown", reason=f"`{program}` is not installed")
    names = people.stdout.decode("utf-8", "replace").splitlines()
    if people.returncode or not names:
        return SignatureState("unknown", reason="its key is nobody's whom this repository trusts")
    arguments = ["-f", _home(allowed), "-I", names[0], "-n", _NAMESPACE, "-s", str(signature)]
    done = _attempt([program, "-Y", "verify", *arguments], stdin=file.read_bytes())
    if done is None or done.returncode:
        return SignatureState("bad", reason="it is not of these bytes")
    return SignatureState("good", signer=names[0])


def _setting(git: GitCommand, name: str) -> str:
    code, output, _ = git.attempt("config", "--get", name)
    return output.decode("utf-8", "replace").strip() if code == 0 else ""


def _home(path: str) -> str:
    return os.path.expanduser(path)  # noqa: PTH111 - git expands `~` in it, too


def _key_file(key: str) -> str:
    if key.startswith(("ssh-", "ecdsa-", "sk-", "key::")):
        raise UnableError(
            "`user.signingkey` is a key and no file", "Set it to the path of the key's file."
        )
    return _home(key)


def _run(arguments: list[str]) -> None:
    done = _attempt(arguments)
    if done is None:
        raise UnableError(f"`{arguments[0]}` is not installed", "Install what git signs with.")
    if done.returncode:
        complaint = done.stderr.decode("utf-8", "replace").strip()[:500]
        raise UnableError(f"The file could not be signed: {complaint}")


def _attempt(
    arguments: list[str], stdin: bytes = b""
) -> "subprocess.CompletedProcess[bytes] | None":
    try:
        return subprocess.run(
            arguments, input=stdin, capture_output=True, check=False, timeout=_SECONDS
        )
    except FileNotFoundError:
        return None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SourceError(f"`{arguments[0]}` did not answer") from error
