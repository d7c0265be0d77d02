// Listing devices, and the names by which they are opened.

#include "BackendTest.hxx"

#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace netsane::test {

TEST_F(BackendTest, ListsDevicesUnderTheServersName)
{
    init(server.name() + "\n");
    const SANE_Device **list = nullptr;
    ASSERT_EQ(SANE_STATUS_GOOD, library->get_devices(&list, SANE_FALSE));
    ASSERT_NE(nullptr, list[0]);
    EXPECT_EQ(server.name() + ":test:0", list[0]->name);
    EXPECT_STREQ("frontend-tester", list[0]->model);
    EXPECT_EQ(nullptr, list[1]);
    ASSERT_EQ(SANE_STATUS_GOOD, library->get_devices(&list, SANE_TRUE));
    EXPECT_EQ(nullptr, list[0]);
}

TEST_F(BackendTest, ListIsQuickWhenAServerIsSilent)
{
    FakeServer silent;
    silent.greets = false;
    init(silent.name() + "\n127.0.0.1:1\n" + server.name() + "\n");
    const auto begin = Clock::now();
    const SANE_Device **list = nullptr;
    ASSERT_EQ(SANE_STATUS_GOOD, library->get_devices(&list, SANE_FALSE));
    EXPECT_LT(Clock::now() - begin, 2500ms);
    ASSERT_NE(nullptr, list[0]);
    EXPECT_EQ(server.name() + ":test:0", list[0]->name);
}

TEST_F(BackendTest, ListHasTheOrderOfTheServers)
{
    FakeServer slow;
    std::atomic<bool> other_listed = false;
    server.hook = [&](FakeClient &, MessageView message) {
        if (message.command == static_cast<std::uint32_t>(Command::quit))
            other_listed = true;
        return false;
    };
    slow.hook = [&](FakeClient &, MessageView message) {
        if (message.command == static_cast<std::uint32_t>(Command::get_devices)) {
            EXPECT_TRUE(eventually([&] { return other_listed.load(); }));
        }
        return false;
    };
    init(slow.name() + "\n" + server.name() + "\n");
    const SANE_Device **list = nullptr;
    ASSERT_EQ(SANE_STATUS_GOOD, library->get_devices(&list, SANE_FALSE));
    ASSERT_NE(nullptr, list[0]);
    EXPECT_EQ(slow.name() + ":test:0", list[0]->name);
    ASSERT_NE(nullptr, list[1]);
    EXPECT_EQ(server.name() + ":test:0", list[1]->name);
}

TEST_F(BackendTest, ListNeverAsksForALogin)
{
    server.user = "alice";
    server.login_at_connect = true;
    init(server.name() + "\n", authorize);
    const SANE_Device **list = nullptr;
    ASSERT_EQ(SANE_STATUS_GOOD, library->get_devices(&list, SANE_FALSE));
    EXPECT_EQ(nullptr, list[0]);
    EXPECT_EQ(0, authorizations);
}

TEST_F(BackendTest, LoopGuardListsAndOpensNothing)
{
    ::setenv("NETSANE_NO_BACKEND", "1", 1);
    init(server.name() + "\n");
    const SANE_Device **list = nullptr;
    ASSERT_EQ(SANE_STATUS_GOOD, library->get_devices(&list, SANE_FALSE));
    EXPECT_EQ(nullptr, list[0]);
    SANE_Handle handle = nullptr;
    EXPECT_EQ(SANE_STATUS_INVAL, library->open((server.name() + ":test:0").c_str(), &handle));
    EXPECT_EQ(0, server.connections);
}

TEST_F(BackendTest, OpensTheFirstDeviceOfTheFirstServer)
{
    init(server.name() + "\n");
    EXPECT_NE(nullptr, openDevice(""));
    EXPECT_NE(nullptr, openDevice(server.name()));
}

TEST_F(BackendTest, OpensTheFirstServerThatCanBeOpened)
{
    FakeServer locked;
    locked.user = "alice";
    init("127.0.0.1:1\n" + locked.name() + "\n" + server.name() + "\n");
    EXPECT_NE(nullptr, openDevice(""));
    EXPECT_EQ(1, locked.connections);
    EXPECT_EQ(1, server.connections);
    init(locked.name() + "\n127.0.0.1:1\n");
    SANE_Handle handle = nullptr;
    EXPECT_EQ(SANE_STATUS_ACCESS_DENIED, library->open("", &handle));
}

TEST_F(BackendTest, RefusesWrongNames)
{
    init("");
    SANE_Handle handle = nullptr;
    for (const char *name : {"", "[::1", "a b:test", ":test:0", "unix:relative:test", "host/x"})
        EXPECT_EQ(SANE_STATUS_INVAL, library->open(name, &handle)) << name;
    EXPECT_EQ(SANE_STATUS_IO_ERROR, library->open("127.0.0.1:1:test", &handle));
}

TEST_F(BackendTest, ReachesAServerOnAUnixSocket)
{
    const auto path = folder + "/socket";
    {
        FakeServer local(path);
        local.image = pattern(1000);
        init(local.name() + "\n");
        const SANE_Device **list = nullptr;
        ASSERT_EQ(SANE_STATUS_GOOD, library->get_devices(&list, SANE_FALSE));
        ASSERT_NE(nullptr, list[0]);
        EXPECT_EQ("unix:" + path + ":test:0", list[0]->name);
        const auto handle = openDevice(list[0]->name);
        ASSERT_EQ(SANE_STATUS_GOOD, library->start(handle));
        SANE_Status status;
        EXPECT_TRUE(readAll(handle, 77, status) == local.image);
        library->exit();
    }
    ::unlink(path.c_str());
}

} // namespace netsane::test
