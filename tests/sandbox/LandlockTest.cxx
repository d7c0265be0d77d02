#include "InChild.hxx"

#include "os/UniqueFd.hxx"
#include "sandbox/Landlock.hxx"
#include "sandbox/ProcessState.hxx"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/socket.h>
#include <sys/stat.h>

using namespace netsane;

namespace {

// A folder with "read", "write" and "other" in it, and a file "file" in each.
class LandlockTest : public testing::Test {
protected:
    LandlockTest()
    {
        std::string name = testing::TempDir() + "netsane-landlock-XXXXXX";
        if (!::mkdtemp(name.data()))
            throw std::runtime_error("mkdtemp");
        top_ = name;
        for (const char *const folder : {"read", "write", "other"}) {
            std::filesystem::create_directory(top_ / folder);
            std::ofstream(top_ / folder / "file") << "text";
        }
        landlock_.allow(top_ / "read", Landlock::Access::read);
        landlock_.allow(top_ / "write", Landlock::Access::write);
        landlock_.allow(top_ / "nothing", Landlock::Access::write);
    }
    ~LandlockTest() override { std::filesystem::remove_all(top_); }

    // errno of a confined process that opens it, 0: it was opened.
    int openConfined(const std::string &name, int flags) const
    {
        const auto path = top_ / name;
        return resultInChild([&] {
            if (!setNoNewPrivileges() || landlock_.enforce() == 0)
                return not_there;
            const UniqueFd fd(::open(path.c_str(), flags, 0600));
            return fd ? 0 : errno;
        });
    }

    std::filesystem::path top_;
    Landlock landlock_;
};

int connectTo(std::uint16_t port)
{
    const UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return ::connect(fd.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0 ? 0 : errno;
}

} // namespace

TEST_F(LandlockTest, AllowsWhatItWasTold)
{
    if (Landlock::kernelVersion() == 0)
        return;
    EXPECT_EQ(openConfined("read/file", O_RDONLY), 0);
    EXPECT_EQ(openConfined("read", O_RDONLY | O_DIRECTORY), 0);
    EXPECT_EQ(openConfined("write/file", O_RDWR), 0);
    EXPECT_EQ(openConfined("write/new", O_WRONLY | O_CREAT), 0);
}

TEST_F(LandlockTest, RefusesEverythingElse)
{
    if (Landlock::kernelVersion() == 0)
        return;
    EXPECT_EQ(openConfined("read/file", O_WRONLY), EACCES);
    EXPECT_EQ(openConfined("read/new", O_WRONLY | O_CREAT), EACCES);
    EXPECT_EQ(openConfined("other/file", O_RDONLY), EACCES);
    EXPECT_EQ(openConfined("other", O_RDONLY | O_DIRECTORY), EACCES);
    EXPECT_EQ(openConfined("other/../../../etc/passwd", O_RDONLY), EACCES);
}

TEST_F(LandlockTest, TakesAFileForAPlace)
{
    landlock_.allow(top_ / "other/file", Landlock::Access::write);
    if (Landlock::kernelVersion() == 0)
        return;
    EXPECT_EQ(openConfined("other/file", O_RDWR), 0);
    EXPECT_EQ(openConfined("other/new", O_WRONLY | O_CREAT), EACCES);
}

TEST_F(LandlockTest, RefusesTcpWhereTheKernelCan)
{
    landlock_.refuseTcp();
    const int result = resultInChild([this] {
        if (!setNoNewPrivileges() || landlock_.enforce() < 4)
            return not_there;
        return connectTo(9);
    });
    EXPECT_TRUE(result == EACCES || result == not_there) << result;
}

TEST_F(LandlockTest, RefusesSignalsWhereTheKernelCan)
{
    landlock_.refuseSignals();
    const pid_t parent = ::getpid();
    const int result = resultInChild([this, parent] {
        if (!setNoNewPrivileges() || landlock_.enforce() < 6)
            return not_there;
        if (::kill(::getpid(), 0) != 0)
            return EINVAL;
        return ::kill(parent, 0) == 0 ? 0 : errno;
    });
    EXPECT_TRUE(result == EPERM || result == not_there) << result;
}

TEST_F(LandlockTest, IsNotEnforcedWithoutNoNewPrivileges)
{
    const int result = resultInChild([this] {
        if (::geteuid() == 0 && (::setresgid(65534, 65534, 65534) != 0 || ::setresuid(65534, 65534, 65534) != 0))
            return not_there;
        return hasNoNewPrivileges() ? 0 : landlock_.enforce();
    });
    EXPECT_TRUE(result == 0 || result == not_there) << result;
}
