from pathlib import Path

import pytest

from grader.running.bubblewrap.why_no_bubblewrap import in_container, mend_of, recognise

UID_MAP = "bwrap: setting up uid map: Permission denied"
LOOPBACK = "bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted"
NO_PERMISSIONS = (
    "bwrap: No permissions to create new namespace, likely because the kernel does not allow "
    "non-privileged user namespaces. See <https://deb.li/bubblewrap>."
)
NO_PERMISSIONS_0_11 = (
    "bwrap: No permissions to create a new namespace, likely because the kernel does not allow "
    "non-privileged user namespaces. On e.g. debian this can be enabled with "
    "'sysctl kernel.unprivileged_userns_clone=1'."
)
NO_PERMISSIONS_0_8 = "bwrap: Creating new namespace failed: Operation not permitted"
EXHAUSTED = (
    "bwrap: Creating new namespace failed: nesting depth or /proc/sys/user/max_*_namespaces exceeded (ENOSPC)"
)
NO_KERNEL = (
    "bwrap: Creating new namespace failed, likely because the kernel does not support user namespaces.  "
    "bwrap must be installed setuid on such systems."
)
NO_SECCOMP = (
    "bwrap: Unable to set up system call filtering as requested: prctl(PR_SET_SECCOMP) reported EINVAL. "
    "(Hint: this requires a kernel configured with CONFIG_SECCOMP and CONFIG_SECCOMP_FILTER.)"
)
FORBIDDEN = (UID_MAP, LOOPBACK, NO_PERMISSIONS, NO_PERMISSIONS_0_8, NO_PERMISSIONS_0_11)
NESTED = (
    "bwrap: Can't mount proc on /newroot/proc: Operation not permitted",
    "bwrap: pivot_root: Operation not permitted",
    "bwrap: Failed to make / slave: Permission denied",
    "bwrap: Failed to mount tmpfs: Permission denied",
    "bwrap: prctl(PR_SET_SECCOMP): Operation not permitted",
    NO_PERMISSIONS,
    LOOPBACK,
)


def machine(root: Path, *, container: str = "", **settings: int) -> Path:
    """Write the files of a machine: kernel settings by their last name, and one mark of a container."""
    places = {
        "apparmor": "kernel/apparmor_restrict_unprivileged_userns",
        "clone": "kernel/unprivileged_userns_clone",
        "most": "user/max_user_namespaces",
    }
    for name, value in settings.items():
        file = root / "proc/sys" / places[name]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"{value}\n")
    if container:
        (root / container).parent.mkdir(parents=True, exist_ok=True)
        (root / container).write_text("")
    return root


@pytest.mark.parametrize("said", FORBIDDEN)
def test_apparmor_is_named_where_it_restricts(tmp_path: Path, said: str) -> None:
    root = machine(tmp_path, apparmor=1, clone=1, most=15000)
    assert recognise(said, as_root=False, root=root) == "bubblewrap-blocked-by-apparmor"


@pytest.mark.parametrize("said", [UID_MAP, LOOPBACK])
def test_apparmors_own_sentences_are_enough_where_its_setting_cannot_be_read(
    tmp_path: Path, said: str
) -> None:
    assert recognise(said, as_root=False, root=tmp_path) == "bubblewrap-blocked-by-apparmor"


@pytest.mark.parametrize("said", FORBIDDEN)
def test_apparmor_is_not_blamed_where_it_restricts_nothing(tmp_path: Path, said: str) -> None:
    root = machine(tmp_path, apparmor=0, most=15000)
    assert recognise(said, as_root=False, root=root) == "user-namespaces-refused"


@pytest.mark.parametrize("said", FORBIDDEN)
def test_debians_switch_is_named_where_it_is_off(tmp_path: Path, said: str) -> None:
    root = machine(tmp_path, apparmor=1, clone=0)
    assert recognise(said, as_root=False, root=root) == "user-namespaces-disabled"


def test_a_limit_of_no_namespaces_is_named(tmp_path: Path) -> None:
    assert (
        recognise(NO_PERMISSIONS, as_root=False, root=machine(tmp_path, most=0))
        == "user-namespaces-exhausted"
    )


def test_a_limit_that_was_reached_is_named(tmp_path: Path) -> None:
    assert (
        recognise(EXHAUSTED, as_root=False, root=machine(tmp_path, most=15000)) == "user-namespaces-exhausted"
    )


@pytest.mark.parametrize(
    "mark", [".dockerenv", "run/.containerenv", "run/systemd/container", "run/secrets/kubernetes.io"]
)
def test_a_container_is_known_by_the_marks_of_its_engine(tmp_path: Path, mark: str) -> None:
    assert not in_container(tmp_path)
    assert in_container(machine(tmp_path, container=mark))


def test_a_container_is_known_by_its_control_group(tmp_path: Path) -> None:
    file = tmp_path / "proc/1/cgroup"
    file.parent.mkdir(parents=True)
    file.write_text("0::/\n")
    assert not in_container(tmp_path)
    file.write_text("11:memory:/docker/0123456789ab\n")
    assert in_container(tmp_path)


@pytest.mark.parametrize("as_root", [True, False])
@pytest.mark.parametrize("said", NESTED)
def test_a_container_that_does_not_let_us_is_named(tmp_path: Path, said: str, *, as_root: bool) -> None:
    root = machine(tmp_path, container=".dockerenv", apparmor=0, most=15000)
    assert recognise(said, as_root=as_root, root=root) == "bubblewrap-blocked-by-container"


@pytest.mark.parametrize("said", FORBIDDEN)
def test_root_is_never_told_of_settings_that_bind_ordinary_users_only(tmp_path: Path, said: str) -> None:
    root = machine(tmp_path, apparmor=1, clone=0, most=0)
    assert recognise(said, as_root=True, root=root) == "bubblewrap-trial-failed"


@pytest.mark.parametrize("said", [NO_KERNEL, NO_SECCOMP])
def test_a_kernel_without_what_is_needed_is_named(tmp_path: Path, said: str) -> None:
    assert (
        recognise(said, as_root=False, root=machine(tmp_path, most=15000)) == "kernel-lacks-sandbox-features"
    )


def test_a_setuid_bubblewrap_is_named(tmp_path: Path) -> None:
    said = "bwrap: The --size option is not permitted in setuid mode"
    assert recognise(said, as_root=False, root=tmp_path) == "bubblewrap-setuid-root"


def test_what_nobody_knows_is_not_explained(tmp_path: Path) -> None:
    assert (
        recognise("bwrap: no luck", as_root=False, root=machine(tmp_path, container=".dockerenv"))
        == "bubblewrap-trial-failed"
    )
    assert mend_of("bubblewrap-trial-failed", as_root=False) is None
    assert mend_of(None, as_root=False) is None


def test_an_ordinary_user_mends_with_sudo_and_root_without() -> None:
    assert mend_of("bubblewrap-not-installed", as_root=False) == "sudo apt-get install bubblewrap"
    assert mend_of("bubblewrap-not-installed", as_root=True) == "apt-get install bubblewrap"


def test_the_safest_mend_of_apparmor_frees_bubblewrap_alone() -> None:
    line = mend_of("bubblewrap-blocked-by-apparmor", as_root=False)
    assert line is not None
    steps = line.split(" && ")
    assert all(step.startswith("sudo ") for step in steps)
    assert steps[0].endswith("apt-get install apparmor-profiles")
    assert steps[-1].endswith("apparmor_parser -r /etc/apparmor.d/bwrap-userns-restrict")


def test_a_container_is_started_anew_not_mended_from_inside() -> None:
    line = mend_of("bubblewrap-blocked-by-container", as_root=False)
    assert line is not None
    assert line.startswith("docker run --cap-add SYS_ADMIN")
