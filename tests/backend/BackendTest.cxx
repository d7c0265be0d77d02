#include "BackendTest.hxx"

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <thread>

namespace netsane::test {

void authorize(SANE_String_Const resource, SANE_Char *user, SANE_Char *password)
{
    ++authorizations;
    asked_resource = resource;
    offered_user = user;
    std::strncpy(user, answered_user, SANE_MAX_USERNAME_LEN);
    std::strncpy(password, "secret", SANE_MAX_PASSWORD_LEN);
}

std::vector<std::byte> pattern(std::size_t size)
{
    std::vector<std::byte> bytes(size);
    for (std::size_t i = 0; i < size; ++i)
        bytes[i] = static_cast<std::byte>(i * 7 + i / 251);
    return bytes;
}

bool eventually(const std::function<bool()> &condition)
{
    for (const auto deadline = Clock::now() + 10s; Clock::now() < deadline; std::this_thread::yield())
        if (condition())
            return true;
    return false;
}

void BackendTest::SetUp()
{
    char name[] = "/tmp/netsane-test-XXXXXX";
    folder = ::mkdtemp(name);
    ::setenv("SANE_CONFIG_DIR", folder.c_str(), 1);
    ::setenv("HOME", folder.c_str(), 1);
    ::unsetenv("XDG_CONFIG_HOME");
    ::unsetenv("NETSANE_SERVERS");
    ::setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus", 1);
    ::unsetenv("NETSANE_NO_BACKEND");
    authorizations = 0;
    answered_user = "";
    library = std::make_unique<BackendLibrary>();
}

void BackendTest::TearDown()
{
    if (library)
        library->exit();
    library.reset();
    std::filesystem::remove_all(folder);
}

void BackendTest::init(const std::string &config, SANE_Auth_Callback callback)
{
    std::ofstream(folder + "/netsane.conf") << config;
    ::chmod((folder + "/netsane.conf").c_str(), 0600);
    SANE_Int version = 0;
    ASSERT_EQ(SANE_STATUS_GOOD, library->init(&version, callback));
    EXPECT_EQ(1, SANE_VERSION_MAJOR(version));
}

SANE_Handle BackendTest::openDevice(const std::string &name)
{
    SANE_Handle handle = nullptr;
    EXPECT_EQ(SANE_STATUS_GOOD, library->open(name.c_str(), &handle));
    return handle;
}

std::vector<std::byte> BackendTest::readAll(SANE_Handle handle, SANE_Int piece, SANE_Status &status)
{
    std::vector<std::byte> result;
    std::vector<SANE_Byte> block(static_cast<std::size_t>(piece));
    for (;;) {
        SANE_Int length = -1;
        status = library->read(handle, block.data(), piece, &length);
        if (status != SANE_STATUS_GOOD) {
            EXPECT_EQ(0, length);
            return result;
        }
        EXPECT_GT(length, 0);
        const auto bytes = std::as_bytes(std::span(block)).first(static_cast<std::size_t>(length));
        result.insert(result.end(), bytes.begin(), bytes.end());
    }
}

} // namespace netsane::test
