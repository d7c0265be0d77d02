#include "sandbox/Landlock.hxx"

#include "os/UniqueFd.hxx"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace netsane {

namespace {

// The same numbers on all architectures. <linux/landlock.h> is only as new as the system that this is built on, the
// kernel may be newer: so its interface stands here.
constexpr long create_ruleset = 444;
constexpr long add_rule = 445;
constexpr long restrict_self = 446;
constexpr unsigned ask_version = 1;
constexpr int rule_path_beneath = 1;

struct RulesetAttributes {
    std::uint64_t files;
    std::uint64_t tcp;    // from version 4 on
    std::uint64_t scopes; // from version 6 on
};

struct __attribute__((packed)) PathRule {
    std::uint64_t files;
    std::int32_t parent;
};

constexpr std::uint64_t bit(unsigned number) noexcept
{
    return std::uint64_t{1} << number;
}

constexpr std::uint64_t execute_file = bit(0);
constexpr std::uint64_t write_file = bit(1);
constexpr std::uint64_t read_file = bit(2);
constexpr std::uint64_t read_folder = bit(3);
constexpr std::uint64_t truncate_file = bit(14);
constexpr std::uint64_t device_ioctl = bit(15);
// What can be said of a file; the others are for folders.
constexpr std::uint64_t for_files = execute_file | write_file | read_file | truncate_file | device_ioctl;
constexpr std::uint64_t tcp_bind_and_connect = bit(0) | bit(1);
constexpr std::uint64_t scope_abstract = bit(0);
constexpr std::uint64_t scope_signals = bit(1);

// All rights that a version knows.
std::uint64_t rightsOf(int version) noexcept
{
    if (version >= 5)
        return bit(16) - 1;
    if (version >= 3)
        return bit(15) - 1;
    return version == 2 ? bit(14) - 1 : bit(13) - 1;
}

std::uint64_t rightsOf(Landlock::Access access) noexcept
{
    switch (access) {
    case Landlock::Access::read:
        return read_file | read_folder;
    case Landlock::Access::execute:
        return read_file | read_folder | execute_file;
    case Landlock::Access::write:
        return ~execute_file;
    }
    return 0;
}

bool addRule(int ruleset, const std::string &path, std::uint64_t rights) noexcept
{
    const UniqueFd place(::open(path.c_str(), O_PATH | O_CLOEXEC));
    struct stat status {};
    if (!place || ::fstat(place.get(), &status) != 0)
        return true;
    const PathRule rule{S_ISDIR(status.st_mode) ? rights : rights & for_files, place.get()};
    return ::syscall(add_rule, ruleset, rule_path_beneath, &rule, 0U) == 0;
}

} // namespace

int Landlock::kernelVersion() noexcept
{
    const long version = ::syscall(create_ruleset, nullptr, 0UL, ask_version);
    return version > 0 ? static_cast<int>(version) : 0;
}

int Landlock::enforce() const noexcept
{
    const int version = kernelVersion();
    if (version == 0)
        return 0;
    const std::uint64_t known = rightsOf(version);
    RulesetAttributes attributes{known, 0, 0};
    if (version >= 4 && refuse_tcp_)
        attributes.tcp = tcp_bind_and_connect;
    if (version >= 6)
        attributes.scopes = (refuse_abstract_ ? scope_abstract : 0) | (refuse_signals_ ? scope_signals : 0);
    // Older kernels take a longer structure, too, where what they don't know is 0.
    const UniqueFd ruleset(static_cast<int>(::syscall(create_ruleset, &attributes, sizeof attributes, 0U)));
    if (!ruleset)
        return 0;
    for (const auto &[path, access] : allowed_)
        if (!addRule(ruleset.get(), path, rightsOf(access) & known))
            return 0;
    return ::syscall(restrict_self, ruleset.get(), 0U) == 0 ? version : 0;
}

} // namespace netsane
