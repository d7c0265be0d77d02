#include "sandbox/SyscallFilter.hxx"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <type_traits>
#include <unistd.h>

namespace netsane {

namespace {

// Some of these exist on some architectures only.
constexpr auto session_calls = {
    // descriptors that are there
    "read", "write", "readv", "writev", "pread64", "pwrite64", "lseek", "_llseek", "close", "close_range", "dup",
    "dup2", "dup3", "poll", "ppoll", "ppoll_time64", "select", "_newselect", "pselect6", "pselect6_time64",
    "epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait", "epoll_pwait2", "eventfd2", "pipe2", "timerfd_create",
    "timerfd_settime", "timerfd_settime64",
    // sockets that are there
    "recv", "recvfrom", "recvmsg", "recvmmsg", "send", "sendto", "sendmsg", "sendmmsg", "shutdown", "getsockopt",
    "setsockopt", "getsockname", "getpeername",
    // looking at files
    "stat", "stat64", "fstat", "fstat64", "lstat", "lstat64", "newfstatat", "fstatat64", "statx", "statfs", "fstatfs",
    "readlink", "readlinkat", "access", "faccessat", "faccessat2", "getcwd",
    // memory
    "brk", "munmap", "mremap", "madvise", "mlock", "mlock2", "munlock", "mincore",
    // time, chance, and what a process asks about itself
    "clock_gettime", "clock_gettime64", "clock_getres", "clock_getres_time64", "clock_nanosleep",
    "clock_nanosleep_time64", "nanosleep", "gettimeofday", "time", "getrandom", "getpid", "gettid", "getppid", "getuid",
    "getuid32", "geteuid", "geteuid32", "getgid", "getgid32", "getegid", "getegid32", "getrlimit", "ugetrlimit",
    "getrusage", "times", "uname", "sysinfo", "sched_getaffinity", "sched_yield", "getcpu",
    // waiting, signals, the end
    "futex", "futex_time64", "restart_syscall", "rt_sigprocmask", "rt_sigreturn", "sigreturn", "sigaltstack", "exit",
    "exit_group"};

constexpr auto system_calls = {
    // other processes
    "ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "kcmp", "pidfd_getfd",
    // what is mounted where
    "mount", "umount", "umount2", "pivot_root", "chroot", "move_mount", "open_tree", "open_tree_attr", "fsopen",
    "fsconfig", "fsmount", "fspick", "mount_setattr", "swapon", "swapoff", "quotactl", "quotactl_fd", "nfsservctl",
    "open_by_handle_at", "name_to_handle_at",
    // the kernel
    "init_module", "finit_module", "delete_module", "create_module", "kexec_load", "kexec_file_load", "bpf",
    "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register", "lookup_dcookie",
    "syslog", "acct", "reboot", "vhangup", "iopl", "ioperm", "vm86", "vm86old", "modify_ldt", "pciconfig_read",
    "pciconfig_write", "pciconfig_iobase", "_sysctl", "sysfs", "uselib", "vmsplice",
    // its keys
    "keyctl", "add_key", "request_key",
    // namespaces, names and the clock
    "unshare", "setns", "sethostname", "setdomainname", "settimeofday", "stime", "clock_settime", "clock_settime64",
    "adjtimex", "clock_adjtime", "clock_adjtime64"};

struct ReleaseFilter {
    void operator()(void *filter) const noexcept { ::seccomp_release(filter); }
};

// Rules, until they are loaded. A rule that can't be added leaves it useless.
class Filter {
public:
    explicit Filter(std::uint32_t otherwise) : filter_(::seccomp_init(otherwise)), good_(filter_ != nullptr) {}

    template<typename... Comparison>
    void add(std::uint32_t action, const char *name, Comparison... comparisons)
    {
        const int number = ::seccomp_syscall_resolve_name(name);
        // Below zero are those that libseccomp translates, and on this architecture possibly leaves out.
        if (good_ && number != __NR_SCMP_ERROR)
            good_ = ::seccomp_rule_add(filter_.get(), action, number, sizeof...(comparisons), comparisons...) == 0;
    }

    template<typename... Comparison>
    void allow(const char *name, Comparison... comparisons)
    {
        add(SCMP_ACT_ALLOW, name, comparisons...);
    }

    bool load() const noexcept
    {
        // no_new_privs is the process's own matter: where it hasn't got them, it must not get them by the way.
        return good_ && ::seccomp_attr_set(filter_.get(), SCMP_FLTATR_CTL_NNP, 0) == 0 &&
               ::seccomp_load(filter_.get()) == 0;
    }

private:
    std::unique_ptr<std::remove_pointer_t<scmp_filter_ctx>, ReleaseFilter> filter_;
    bool good_;
};

scmp_arg_cmp argument(unsigned number, scmp_compare compare, scmp_datum_t first, scmp_datum_t second = 0)
{
    return {number, compare, first, second};
}

// --- the end of a process ----------------------------------------------------------------------------------------

// Names of calls by number, for the signal handler, which can't look them up.
std::array<std::array<char, 24>, 512> call_names{};
OnRefusedCall on_refused_call = nullptr;

void learnNames()
{
    for (std::size_t number = 0; number < call_names.size(); ++number) {
        char *const name = ::seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, static_cast<int>(number));
        if (name)
            std::strncpy(call_names[number].data(), name, call_names[number].size() - 1);
        std::free(name);
    }
}

extern "C" void callRefused(int, siginfo_t *info, void *)
{
    const auto number = static_cast<std::size_t>(info->si_syscall);
    on_refused_call(info->si_syscall, number < call_names.size() ? call_names[number].data() : "");
    ::raise(SIGSYS); // for good: SA_RESETHAND
    ::_exit(EXIT_FAILURE);
}

bool catchRefusals(OnRefusedCall on_refused)
{
    learnNames();
    on_refused_call = on_refused;
    struct sigaction action {};
    action.sa_sigaction = callRefused;
    action.sa_flags = SA_SIGINFO | SA_RESETHAND | SA_NODEFER;
    return ::sigaction(SIGSYS, &action, nullptr) == 0;
}

// --- calls whose arguments matter ---------------------------------------------------------------------------------

void allowMemory(Filter &filter)
{
    // Memory may be written or run, never both.
    for (const char *const name : {"mmap", "mmap2", "mprotect"})
        for (const scmp_datum_t without : {PROT_EXEC, PROT_WRITE})
            filter.allow(name, argument(2, SCMP_CMP_MASKED_EQ, without, 0));
}

void allowReadingFiles(Filter &filter)
{
    constexpr scmp_datum_t writing = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND | (O_TMPFILE & ~O_DIRECTORY);
    filter.allow("openat", argument(2, SCMP_CMP_MASKED_EQ, writing, 0));
    filter.allow("open", argument(1, SCMP_CMP_MASKED_EQ, writing, 0));
}

void allowOfItself(Filter &filter)
{
    for (const unsigned long command : {static_cast<unsigned long>(FIONBIO), static_cast<unsigned long>(FIONREAD),
                                        static_cast<unsigned long>(TIOCOUTQ), static_cast<unsigned long>(TCGETS)})
        filter.allow("ioctl", argument(1, SCMP_CMP_EQ, command));
    // Nothing that makes a descriptor send signals to other processes.
    for (const char *const name : {"fcntl", "fcntl64"})
        for (const scmp_datum_t command : {F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD, F_DUPFD_CLOEXEC})
            filter.allow(name, argument(1, SCMP_CMP_EQ, command));
    filter.allow("prlimit64", argument(2, SCMP_CMP_EQ, 0)); // asking
    filter.allow("tgkill", argument(0, SCMP_CMP_EQ, static_cast<scmp_datum_t>(::getpid())));
    filter.allow("rt_sigaction", argument(0, SCMP_CMP_NE, SIGSYS));
    filter.add(SCMP_ACT_ERRNO(EINVAL), "prctl"); // the C library names its memory, where it can
}

// syslog(3) connects again when the log's daemon has been started anew.
void allowSyslog(Filter &filter)
{
    constexpr scmp_datum_t kind = 0xf; // the rest are flags
    filter.allow("socket", argument(0, SCMP_CMP_EQ, AF_UNIX), argument(1, SCMP_CMP_MASKED_EQ, kind, SOCK_DGRAM));
    filter.allow("connect");
}

} // namespace

bool allowSessionCalls(bool uses_syslog, OnRefusedCall on_refused)
{
    // A signal and not the kernel's own way of killing, which leaves no word of what was refused.
    Filter filter(SCMP_ACT_TRAP);
    for (const char *const name : session_calls)
        filter.allow(name);
    allowMemory(filter);
    allowReadingFiles(filter);
    allowOfItself(filter);
    if (uses_syslog)
        allowSyslog(filter);
    return catchRefusals(on_refused) && filter.load();
}

bool refuseSystemCalls()
{
    Filter filter(SCMP_ACT_ALLOW);
    for (const char *const name : system_calls)
        filter.add(SCMP_ACT_ERRNO(EPERM), name);
    return filter.load();
}

} // namespace netsane
