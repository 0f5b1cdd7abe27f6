"""What every answer must carry, whatever it is (R41)."""
from __future__ import annotations

from tests.stage import Answer

POLICY = ("default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'",
          "form-action 'self'")
FILE_POLICY = "default-src 'none'; sandbox"


def header_faults(answer: Answer, signed_in: bool) -> list[str]:
    headers = answer.response
    faults = [f"no {name}" for name in ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy",
                                        "Cross-Origin-Opener-Policy") if name not in headers]
    faults += policy_faults(headers.get("Content-Security-Policy", ""))
    if headers.get("X-Content-Type-Options") != "nosniff":
        faults.append("not nosniff")
    if signed_in and "no-store" not in headers.get("Cache-Control", ""):
        faults.append("may be kept by a cache")
    faults += [f"tells {name}" for name in ("Server", "X-Powered-By") if name in headers]
    return faults + file_faults(answer)


def policy_faults(policy: str) -> list[str]:
    if policy == FILE_POLICY:
        return []
    faults = [f"policy without {part}" for part in POLICY if part not in policy]
    return faults + [f"policy with {word}" for word in ("unsafe-", "http:", "https:", " *") if word in policy]


def file_faults(answer: Answer) -> list[str]:
    """Whatever is not a page or a piece of one is a download with a type of its own."""
    kind = answer.response.get("Content-Type", "").partition(";")[0]
    if kind in ("text/html", "application/json", "text/plain", "") or answer.status != 200:
        return []
    faults = [] if answer.response.get("Content-Disposition", "").startswith("attachment") else ["a file that is no download"]
    return faults + (["a file without a type of its own"] if kind == "application/octet-stream" else [])
