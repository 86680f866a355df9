"""What pip says: its own words, as pip 23 and 25 print them; OFFLINE, PROXY, DISK_FULL for `installer.pip_output`."""

DONE = "Collecting {requirement}\nInstalling collected packages: {name}\nSuccessfully installed {name}"

_RETRY = (
    "WARNING: Retrying (Retry(total={left}, connect=None, read=None, redirect=None, status=None)) after connection "
    "broken by '{error}': /simple/{{name}}/\n"
)
NOT_FOUND = (
    "ERROR: Could not find a version that satisfies the requirement {requirement} (from versions: none)\n"
    "ERROR: No matching distribution found for {requirement}"
)


def _after_retries(error: str) -> str:
    return "".join(_RETRY.format(left=left, error=error) for left in range(4, -1, -1)) + NOT_FOUND


OFFLINE = _after_retries(
    "NewConnectionError('<pip._vendor.urllib3.connection.HTTPSConnection object at 0x7f35b82c3a50>: Failed to "
    "establish a new connection: [Errno -3] Temporary failure in name resolution')"
)
PROXY = _after_retries(
    "ProxyError('Cannot connect to proxy.', OSError('Tunnel connection failed: 407 Proxy Authentication Required'))"
)
DISK_FULL = (
    "Collecting {requirement}\n"
    "Installing collected packages: {name}\n"
    "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"
)
