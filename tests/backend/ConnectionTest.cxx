// Servers that go away or do harm, and what stays behind.

#include "BackendTest.hxx"

#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <set>
#include <unistd.h>

namespace netsane::test {

namespace {

std::set<std::string> openDescriptors()
{
    std::set<std::string> result;
    DIR *const folder = ::opendir("/proc/self/fd");
    while (const dirent *entry = ::readdir(folder))
        if (std::atoi(entry->d_name) != ::dirfd(folder))
            result.insert(entry->d_name);
    ::closedir(folder);
    return result;
}

} // namespace

TEST_F(BackendTest, LostServerIsAnErrorThatStays)
{
    server.image = pattern(100000);
    server.hang_up_at = 70000;
    init("");
    const auto handle = openDevice();
    ASSERT_EQ(SANE_STATUS_GOOD, library->start(handle));
    SANE_Status status;
    EXPECT_EQ(70000U, readAll(handle, 999, status).size());
    EXPECT_EQ(SANE_STATUS_IO_ERROR, status);
    EXPECT_EQ(SANE_STATUS_IO_ERROR, library->start(handle));
    SANE_Word word;
    EXPECT_EQ(SANE_STATUS_IO_ERROR, library->control_option(handle, 2, SANE_ACTION_GET_VALUE, &word, nullptr));
    library->cancel(handle);
    SANE_Byte byte;
    SANE_Int length = 3;
    EXPECT_EQ(SANE_STATUS_CANCELLED, library->read(handle, &byte, 1, &length));
    EXPECT_EQ(0, length);
    EXPECT_EQ(SANE_STATUS_IO_ERROR, library->start(handle));
    library->close(handle);
}

TEST_F(BackendTest, CyclesLeaveNoDescriptorBehind)
{
    server.image = pattern(70000);
    library.reset();
    const auto before = openDescriptors();
    for (int i = 0; i < 50; ++i) {
        library = std::make_unique<BackendLibrary>();
        init("");
        const auto handle = openDevice();
        ASSERT_EQ(SANE_STATUS_GOOD, library->start(handle));
        SANE_Int fd;
        ASSERT_EQ(SANE_STATUS_GOOD, library->get_select_fd(handle, &fd));
        SANE_Status status;
        if (i % 3 != 0) {
            EXPECT_TRUE(readAll(handle, 32768, status) == server.image);
        }
        library->cancel(handle);
        if (i % 2 != 0)
            library->close(handle);
        library->exit();
        library.reset();
        EXPECT_EQ(nullptr, ::dlopen(NETSANE_TEST_BACKEND, RTLD_NOW | RTLD_NOLOAD)) << "still loaded";
    }
    EXPECT_TRUE(eventually([&] { return server.open_connections == 0 && openDescriptors() == before; }));
}

// Bytes of a hostile server in place of its greeting or behind it; whatever they are, an open fails and returns.
TEST_F(BackendTest, HostileGreetingsFailTheOpen)
{
    const auto bytes = [](std::initializer_list<unsigned> list) {
        std::vector<std::byte> result;
        for (const auto byte : list)
            result.push_back(static_cast<std::byte>(byte));
        return result;
    };
    for (const auto &greeting :
         {bytes({0xff, 0xff, 0xff, 0xff}), bytes({0, 0, 0, 5, 1, 2, 3, 4, 5}),
          bytes({0, 0, 0, 4, 0, 0, 0, 99, 0, 0, 0, 0}), bytes({0, 0, 0, 4, 0, 0, 0, 20, 0, 0, 0, 0}),
          bytes({0, 0, 0, 4, 0, 0, 0, 5, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 4, 'n', 'o', 27, 0, 0, 0, 0, 0})}) {
        server.raw_greeting = greeting;
        init("");
        SANE_Handle handle = nullptr;
        EXPECT_EQ(SANE_STATUS_IO_ERROR, library->open((server.name() + ":test:0").c_str(), &handle));
    }
}

} // namespace netsane::test
