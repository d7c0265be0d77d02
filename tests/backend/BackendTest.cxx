// libsane-netsane as a frontend has it: loaded with dlopen, against a FakeServer.

#include "../client/FakeServer.hxx"
#include "MemoryCounter.hxx"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <poll.h>
#include <pthread.h>
#include <sane/sane.h>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

namespace netsane::test {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// The functions of the library, by their names in SANE's dll backend.
class Library {
public:
    Library() : handle_(::dlopen(NETSANE_TEST_BACKEND, RTLD_NOW | RTLD_LOCAL))
    {
        if (!handle_)
            throw std::runtime_error(::dlerror());
        load(init, "init");
        load(exit, "exit");
        load(get_devices, "get_devices");
        load(open, "open");
        load(close, "close");
        load(get_option_descriptor, "get_option_descriptor");
        load(control_option, "control_option");
        load(get_parameters, "get_parameters");
        load(start, "start");
        load(read, "read");
        load(cancel, "cancel");
        load(set_io_mode, "set_io_mode");
        load(get_select_fd, "get_select_fd");
        load(strstatus, "strstatus");
    }
    ~Library() { ::dlclose(handle_); }
    Library(const Library &) = delete;
    Library &operator=(const Library &) = delete;

    decltype(&::sane_init) init;
    decltype(&::sane_exit) exit;
    decltype(&::sane_get_devices) get_devices;
    decltype(&::sane_open) open;
    decltype(&::sane_close) close;
    decltype(&::sane_get_option_descriptor) get_option_descriptor;
    decltype(&::sane_control_option) control_option;
    decltype(&::sane_get_parameters) get_parameters;
    decltype(&::sane_start) start;
    decltype(&::sane_read) read;
    decltype(&::sane_cancel) cancel;
    decltype(&::sane_set_io_mode) set_io_mode;
    decltype(&::sane_get_select_fd) get_select_fd;
    decltype(&::sane_strstatus) strstatus;

private:
    template<typename Function>
    void load(Function &function, const char *name)
    {
        function = reinterpret_cast<Function>(::dlsym(handle_, (std::string("sane_netsane_") + name).c_str()));
        if (!function)
            throw std::runtime_error(std::string("no sane_netsane_") + name);
    }

    void *handle_;
};

int authorizations = 0;
std::string asked_resource;
const char *answered_user = "";

void authorize(SANE_String_Const resource, SANE_Char *user, SANE_Char *password)
{
    ++authorizations;
    asked_resource = resource;
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

template<typename Condition>
bool eventually(Condition condition)
{
    for (const auto deadline = Clock::now() + 10s; Clock::now() < deadline; std::this_thread::yield())
        if (condition())
            return true;
    return false;
}

bool isReadable(int fd)
{
    pollfd wait{fd, POLLIN, 0};
    return ::poll(&wait, 1, 0) == 1;
}

class BackendTest : public ::testing::Test {
protected:
    void SetUp() override
    {
        char name[] = "/tmp/netsane-test-XXXXXX";
        folder = ::mkdtemp(name);
        ::setenv("SANE_CONFIG_DIR", folder.c_str(), 1);
        ::unsetenv("NETSANE_SERVERS");
        ::unsetenv("NETSANE_NO_BACKEND");
        authorizations = 0;
        answered_user = "";
        library = std::make_unique<Library>();
    }
    void TearDown() override
    {
        if (library)
            library->exit();
        library.reset();
        ::unlink((folder + "/netsane.conf").c_str());
        ::rmdir(folder.c_str());
    }

    void init(const std::string &config = "", SANE_Auth_Callback callback = nullptr)
    {
        std::ofstream(folder + "/netsane.conf") << config;
        ::chmod((folder + "/netsane.conf").c_str(), 0600);
        SANE_Int version = 0;
        ASSERT_EQ(SANE_STATUS_GOOD, library->init(&version, callback));
        EXPECT_EQ(1, SANE_VERSION_MAJOR(version));
    }

    SANE_Handle openDevice(const std::string &name)
    {
        SANE_Handle handle = nullptr;
        EXPECT_EQ(SANE_STATUS_GOOD, library->open(name.c_str(), &handle));
        return handle;
    }

    SANE_Handle openDevice() { return openDevice(server.name() + ":test:0"); }

    // Reads until the status isn't GOOD.
    std::vector<std::byte> readAll(SANE_Handle handle, SANE_Int piece, SANE_Status &status)
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

    FakeServer server;
    std::string folder;
    std::unique_ptr<Library> library;
};

} // namespace

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

TEST_F(BackendTest, DescriptorsComeWithOpenOrByGopt)
{
    init("");
    FakeServer old;
    old.extensions.clear();
    for (const auto &name : {server.name(), old.name()}) {
        const auto handle = openDevice(name + ":test:0");
        ASSERT_NE(nullptr, handle);
        const auto *number = library->get_option_descriptor(handle, 0);
        ASSERT_NE(nullptr, number);
        EXPECT_STREQ("", number->name);
        SANE_Int count = 0;
        ASSERT_EQ(SANE_STATUS_GOOD, library->control_option(handle, 0, SANE_ACTION_GET_VALUE, &count, nullptr));
        EXPECT_EQ(7, count);
        EXPECT_EQ(nullptr, library->get_option_descriptor(handle, 7));
        EXPECT_EQ(nullptr, library->get_option_descriptor(handle, -1));
        const auto *mode = library->get_option_descriptor(handle, 3);
        ASSERT_EQ(SANE_CONSTRAINT_STRING_LIST, mode->constraint_type);
        EXPECT_STREQ("Color", mode->constraint.string_list[1]);
        EXPECT_EQ(nullptr, mode->constraint.string_list[2]);
        const auto *table = library->get_option_descriptor(handle, 6);
        EXPECT_EQ(4, table->constraint.word_list[0]);
        EXPECT_EQ(3, table->constraint.word_list[4]);
        EXPECT_EQ(1200 << 16, library->get_option_descriptor(handle, 2)->constraint.range->max);
    }
}

TEST_F(BackendTest, OptionsKeepTheirPointersOverAReload)
{
    int sets = 0;
    server.hook = [&sets](FakeClient &client, MessageView message) {
        if (message.command != static_cast<std::uint32_t>(Command::control_option))
            return false;
        auto options = sampleOptions();
        options[3].strings = {++sets % 2 ? "Odd" : "Gray"};
        encodeControlOptionReply(client.out, {{}, info_reload_options, ValueType::button, {}, options});
        return true;
    };
    init("");
    const auto handle = openDevice();
    const auto *before = library->get_option_descriptor(handle, 3);
    const auto *resolution = library->get_option_descriptor(handle, 2);
    SANE_Int info = 0;
    std::set<const void *> seen;
    for (int i = 0; i < 50; ++i) {
        ASSERT_EQ(SANE_STATUS_GOOD, library->control_option(handle, 4, SANE_ACTION_SET_VALUE, nullptr, &info));
        EXPECT_EQ(SANE_INFO_RELOAD_OPTIONS, info);
        seen.insert(library->get_option_descriptor(handle, 3));
        EXPECT_EQ(resolution, library->get_option_descriptor(handle, 2));
    }
    EXPECT_EQ(2U, seen.size());
    EXPECT_STREQ("Gray", before->constraint.string_list[0]);
    EXPECT_STREQ("Color", before->constraint.string_list[1]);
}

TEST_F(BackendTest, ControlOptionChecksLikeALocalBackend)
{
    init("");
    const auto handle = openDevice();
    SANE_Word word = 0;
    SANE_Word table[4]{3, 2, 1, 0};
    char mode[8] = "Color";
    char too_long[8] = {'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x'};
    struct Case {
        SANE_Int option;
        SANE_Action action;
        void *value;
        SANE_Status expected;
    };
    const Case cases[]{{-1, SANE_ACTION_GET_VALUE, &word, SANE_STATUS_INVAL},
                       {7, SANE_ACTION_GET_VALUE, &word, SANE_STATUS_INVAL},
                       {1, SANE_ACTION_GET_VALUE, &word, SANE_STATUS_INVAL},
                       {1, SANE_ACTION_SET_VALUE, &word, SANE_STATUS_INVAL},
                       {0, SANE_ACTION_SET_VALUE, &word, SANE_STATUS_INVAL},
                       {2, SANE_ACTION_GET_VALUE, nullptr, SANE_STATUS_INVAL},
                       {2, SANE_ACTION_SET_VALUE, nullptr, SANE_STATUS_INVAL},
                       {2, SANE_ACTION_SET_AUTO, nullptr, SANE_STATUS_INVAL},
                       {2, static_cast<SANE_Action>(3), &word, SANE_STATUS_INVAL},
                       {3, SANE_ACTION_SET_VALUE, too_long, SANE_STATUS_INVAL},
                       {5, SANE_ACTION_GET_VALUE, &word, SANE_STATUS_INVAL},
                       {5, SANE_ACTION_SET_VALUE, &word, SANE_STATUS_INVAL},
                       {3, SANE_ACTION_SET_VALUE, mode, SANE_STATUS_GOOD},
                       {4, SANE_ACTION_SET_VALUE, nullptr, SANE_STATUS_GOOD},
                       {6, SANE_ACTION_SET_VALUE, table, SANE_STATUS_GOOD},
                       {6, SANE_ACTION_SET_AUTO, nullptr, SANE_STATUS_GOOD}};
    for (const auto &c : cases)
        EXPECT_EQ(c.expected, library->control_option(handle, c.option, c.action, c.value, nullptr))
            << c.option << " " << c.action;
    EXPECT_EQ("Color", server.value(3).text);
    EXPECT_EQ((std::vector<std::uint32_t>{3, 2, 1, 0}), server.value(6).words);
    SANE_Word read_back[4]{};
    EXPECT_EQ(SANE_STATUS_GOOD, library->control_option(handle, 6, SANE_ACTION_GET_VALUE, read_back, nullptr));
    EXPECT_EQ(0, std::memcmp(table, read_back, sizeof table));
    EXPECT_EQ(SANE_STATUS_INVAL, library->control_option(nullptr, 0, SANE_ACTION_GET_VALUE, &word, nullptr));
}

// Frontends read the number of options into a word on their stack without a look at the descriptor.
TEST_F(BackendTest, OptionZeroIsOneWordWhateverTheServerSays)
{
    init("");
    const auto change = [this](auto action) {
        server.options = sampleOptions();
        action(server.options[0]);
    };
    const auto refused = [this] {
        SANE_Handle handle = nullptr;
        EXPECT_EQ(SANE_STATUS_IO_ERROR, library->open((server.name() + ":test:0").c_str(), &handle));
    };
    change([](OptionDescriptor &zero) { zero.size_bytes = 400; });
    refused();
    change([](OptionDescriptor &zero) { zero.type = ValueType::string; });
    refused();
    change([](OptionDescriptor &zero) { zero.type = ValueType::fixed; });
    refused();
    change([](OptionDescriptor &zero) {
        zero.constraint_type = ConstraintType::word_list;
        zero.words = {7};
    });
    refused();
    // Answered here, even if it can't be read otherwise.
    change([](OptionDescriptor &zero) { zero.capabilities = 32; });
    const auto handle = openDevice();
    SANE_Int count[2]{0, 77};
    EXPECT_EQ(SANE_STATUS_GOOD, library->control_option(handle, 0, SANE_ACTION_GET_VALUE, count, nullptr));
    EXPECT_EQ(7, count[0]);
    EXPECT_EQ(77, count[1]);
    EXPECT_EQ(SANE_STATUS_INVAL, library->control_option(handle, 0, SANE_ACTION_GET_VALUE, nullptr, nullptr));
}

TEST_F(BackendTest, RefusesValuesOfImpossibleSizes)
{
    init("");
    struct Case {
        const char *name;
        ValueType type;
        std::int32_t size;
        std::uint32_t capabilities;
        bool good;
    };
    for (const auto &c :
         {Case{"x", ValueType::boolean, 4, 5, true}, Case{"x", ValueType::boolean, 8, 5, false},
          Case{"x", ValueType::boolean, 0, 5, false}, Case{"x", ValueType::integer, 6, 5, false},
          Case{"x", ValueType::integer, 0, 5, false}, Case{"x", ValueType::integer, 0, 5 | 32, true},
          Case{"x", ValueType::fixed, 3, 5, false}, Case{"x", ValueType::fixed, 40, 5, true},
          Case{"x", ValueType::string, 0, 5, false}, Case{"x", ValueType::string, 1, 5, true},
          Case{"x\033[2J", ValueType::integer, 4, 5, false}, Case{"tl-x", ValueType::fixed, 4, 5, true},
          Case{"tl-x", ValueType::fixed, 8, 5, false}, Case{"br-y", ValueType::integer, 400, 5, false},
          Case{"x-resolution", ValueType::integer, 8, 5, false}, Case{"depth", ValueType::integer, 8, 5 | 32, false},
          Case{"preview", ValueType::boolean, 4, 5, true}, Case{"preview", ValueType::integer, 8, 5, false}}) {
        server.options = sampleOptions();
        auto &option = server.options[5];
        option.name = c.name;
        option.type = c.type;
        option.size_bytes = c.size;
        option.capabilities = c.capabilities;
        SANE_Handle handle = nullptr;
        EXPECT_EQ(c.good ? SANE_STATUS_GOOD : SANE_STATUS_IO_ERROR,
                  library->open((server.name() + ":test:0").c_str(), &handle))
            << c.name << " " << static_cast<int>(c.type) << " " << c.size;
    }
}

TEST_F(BackendTest, DescriptorsAreMadeSound)
{
    server.options[1].size_bytes = 77;
    server.options[4].size_bytes = 78;
    server.options[2].title = "a\033[31mb\tc\x7f";
    server.options[2].description = "first\nsecond\r\xc3\xa4";
    server.options[3].name = "depth"; // a string, which a frontend would read into a word
    server.options[3].strings = {"8\001"};
    init("");
    const auto handle = openDevice();
    EXPECT_EQ(0, library->get_option_descriptor(handle, 1)->size);
    EXPECT_EQ(0, library->get_option_descriptor(handle, 4)->size);
    EXPECT_STREQ("a?[31mb\tc?", library->get_option_descriptor(handle, 2)->title);
    EXPECT_STREQ("first\nsecond?\xc3\xa4", library->get_option_descriptor(handle, 2)->desc);
    const auto *const depth = library->get_option_descriptor(handle, 3);
    EXPECT_FALSE(SANE_OPTION_IS_ACTIVE(depth->cap));
    EXPECT_STREQ("8\001", depth->constraint.string_list[0]);
    char value[8];
    EXPECT_EQ(SANE_STATUS_INVAL, library->control_option(handle, 3, SANE_ACTION_GET_VALUE, value, nullptr));
}

// A frontend that doesn't look at an option again after a reload has room for what it knew of it.
TEST_F(BackendTest, OptionsThatGrowWaitUntilTheFrontendKnows)
{
    server.hook = [](FakeClient &client, MessageView message) {
        if (message.command != static_cast<std::uint32_t>(Command::control_option))
            return false;
        const auto request = decodeControlOptionRequest(message);
        auto options = sampleOptions();
        options[6].size_bytes = 400;
        ControlOptionReply reply{{}, 0, ValueType::integer, OptionValue{std::vector<std::uint32_t>(100, 9), ""}, {}};
        if (request.action == Action::set) {
            reply.info = info_reload_options | info_inexact;
            reply.descriptors = options;
        }
        if (request.option == 4) {
            reply.type = ValueType::button;
            reply.value.reset();
        }
        encodeControlOptionReply(client.out, reply);
        return true;
    };
    init("");
    for (const bool set_itself : {false, true}) {
        const auto handle = openDevice();
        ASSERT_EQ(16, library->get_option_descriptor(handle, 6)->size);
        std::array<SANE_Word, 101> words{};
        SANE_Int info = 0;
        EXPECT_EQ(set_itself ? SANE_STATUS_INVAL : SANE_STATUS_GOOD,
                  library->control_option(handle, set_itself ? 6 : 4, SANE_ACTION_SET_VALUE, words.data(), &info));
        EXPECT_EQ(SANE_INFO_RELOAD_OPTIONS | SANE_INFO_INEXACT, info);
        EXPECT_EQ(SANE_STATUS_INVAL, library->control_option(handle, 6, SANE_ACTION_GET_VALUE, words.data(), nullptr));
        EXPECT_EQ(SANE_STATUS_INVAL, library->control_option(handle, 6, SANE_ACTION_SET_VALUE, words.data(), nullptr));
        EXPECT_EQ(0, std::count(words.begin(), words.end(), 9));
        EXPECT_EQ(400, library->get_option_descriptor(handle, 6)->size);
        EXPECT_EQ(SANE_STATUS_GOOD, library->control_option(handle, 6, SANE_ACTION_GET_VALUE, words.data(), nullptr));
        EXPECT_EQ(100, std::count(words.begin(), words.end(), 9));
    }
}

TEST_F(BackendTest, HostileValuesDoNotOverrunTheCallersBuffer)
{
    for (const auto &value : {OptionValue{{}, "a string of more than 8 bytes"}, OptionValue{{1, 2, 3, 4}, ""}}) {
        server.hook = [&value](FakeClient &client, MessageView message) {
            if (message.command != static_cast<std::uint32_t>(Command::control_option))
                return false;
            const auto type = value.text.empty() ? ValueType::integer : ValueType::string;
            encodeControlOptionReply(client.out, {{}, info_inexact, type, value, {}});
            return true;
        };
        init("");
        const auto handle = openDevice();
        char buffer[9] = "12345678";
        const SANE_Int option = value.text.empty() ? 2 : 3;
        EXPECT_EQ(SANE_STATUS_IO_ERROR,
                  library->control_option(handle, option, SANE_ACTION_GET_VALUE, buffer, nullptr));
        EXPECT_STREQ("12345678", buffer);
        // and it stays so
        SANE_Parameters parameters;
        EXPECT_EQ(SANE_STATUS_IO_ERROR, library->get_parameters(handle, &parameters));
    }
}

TEST_F(BackendTest, ScansInEveryPieceSize)
{
    server.image = pattern(200001);
    init("");
    const auto handle = openDevice();
    for (const SANE_Int piece : {1 << 20, 32768, 1000, 7}) {
        ASSERT_EQ(SANE_STATUS_GOOD, library->start(handle));
        SANE_Status status;
        EXPECT_TRUE(readAll(handle, piece, status) == server.image) << piece;
        EXPECT_EQ(SANE_STATUS_EOF, status);
        SANE_Int length = 5;
        SANE_Byte byte;
        EXPECT_EQ(SANE_STATUS_EOF, library->read(handle, &byte, 1, &length));
        EXPECT_EQ(0, length);
    }
    library->cancel(handle);
    EXPECT_EQ(1, server.aborts);
    SANE_Int length = 5;
    SANE_Byte byte;
    EXPECT_EQ(SANE_STATUS_CANCELLED, library->read(handle, &byte, 1, &length));
    library->cancel(handle); // nothing was started since: no round trip
    EXPECT_EQ(1, server.aborts);
}

TEST_F(BackendTest, SwapsSamplesOfTheOtherByteOrder)
{
    auto expected = server.image = pattern(10000);
    for (std::size_t i = 0; i < expected.size(); i += 2)
        std::swap(expected[i], expected[i + 1]);
    server.byte_order = byte_order_big;
    init("");
    const auto handle = openDevice();
    for (const std::size_t chunk : {1U, 2U, 3U, 4097U})
        for (const SANE_Int piece : {1, 2, 3, 1001, 65536}) {
            server.chunk_bytes = chunk;
            ASSERT_EQ(SANE_STATUS_GOOD, library->start(handle));
            SANE_Status status;
            EXPECT_TRUE(readAll(handle, piece, status) == expected) << chunk << " " << piece;
        }
}

TEST_F(BackendTest, ParametersAreThoseOfTheFrame)
{
    server.image = pattern(32);
    init("");
    const auto handle = openDevice();
    SANE_Parameters parameters{};
    ASSERT_EQ(SANE_STATUS_GOOD, library->get_parameters(handle, &parameters));
    EXPECT_EQ(16, parameters.depth);
    ASSERT_EQ(SANE_STATUS_GOOD, library->start(handle));
    server.parameters.lines = 99; // the server is ahead
    ASSERT_EQ(SANE_STATUS_GOOD, library->get_parameters(handle, &parameters));
    EXPECT_EQ(4, parameters.lines);
    SANE_Word word = 0;
    EXPECT_EQ(SANE_STATUS_INVAL, library->control_option(handle, 2, SANE_ACTION_SET_VALUE, &word, nullptr));
    EXPECT_EQ(SANE_STATUS_GOOD, library->control_option(handle, 2, SANE_ACTION_GET_VALUE, &word, nullptr));
    SANE_Status status;
    EXPECT_TRUE(readAll(handle, 5, status) == server.image); // nothing was lost by the GET in between
    library->cancel(handle);
    ASSERT_EQ(SANE_STATUS_GOOD, library->get_parameters(handle, &parameters));
    EXPECT_EQ(99, parameters.lines);
}

TEST_F(BackendTest, AsksForParametersThatStartDoesNotBring)
{
    server.parameters_in_start = false;
    server.image = pattern(32);
    init("");
    const auto handle = openDevice();
    ASSERT_EQ(SANE_STATUS_GOOD, library->start(handle));
    SANE_Status status;
    EXPECT_TRUE(readAll(handle, 100, status) == server.image);
}

TEST_F(BackendTest, StartWithoutParametersTakesTheStatusOfParm)
{
    server.parameters_in_start = false;
    server.hook = [](FakeClient &client, MessageView message) {
        if (message.command != static_cast<std::uint32_t>(Command::get_parameters))
            return false;
        encodeGetParametersReply(client.out, {{Status::jammed, "paper"}, client.server.parameters});
        return true;
    };
    init("");
    const auto handle = openDevice();
    EXPECT_EQ(SANE_STATUS_JAMMED, library->start(handle));
    EXPECT_EQ(1, server.aborts);
}

TEST_F(BackendTest, ImpossibleParametersFailTheStart)
{
    server.image = pattern(64);
    init("");
    const auto handle = openDevice();
    struct Case {
        Parameters parameters;
        bool good;
    };
    // format, last frame, bytes per line, pixels per line, lines, depth
    const Case cases[]{{{0, true, 8, 4, 8, 16}, true},
                       {{0, true, 7, 4, 8, 16}, false},
                       {{0, true, 9, 4, 8, 16}, true},
                       {{0, true, 8, 8, -1, 8}, true},
                       {{0, true, 8, 8, -2, 8}, false},
                       {{0, true, 8, 0, 8, 8}, false},
                       {{0, true, 8, 8, 8, 7}, false},
                       {{0, true, 1, 8, 8, 1}, true},
                       {{0, true, 1, 9, 8, 1}, false},
                       {{1, true, 6, 9, 8, 1}, true}, // each colour filled up to whole bytes
                       {{1, true, 3, 9, 8, 1}, false},
                       {{1, true, 11, 4, 8, 8}, false},
                       {{2, false, 4, 4, 8, 8}, true},
                       {{4, true, 4, 5, 8, 8}, false},
                       {{0, true, 0, 0, 0, 0}, false},
                       {{0, true, 0x7fffffff, 8, 0x7fffffff, 8}, false},
                       {{1, true, 0x7fffffff, 0x7fffffff, 1, 16}, false},
                       {{11, true, 0, 8, 8, 8}, true}}; // JPEG
    int number = 0;
    for (const auto &c : cases) {
        server.parameters = c.parameters;
        const auto expected = c.good ? SANE_STATUS_GOOD : SANE_STATUS_IO_ERROR;
        SANE_Parameters parameters;
        EXPECT_EQ(expected, library->get_parameters(handle, &parameters)) << number;
        const int aborts = server.aborts;
        EXPECT_EQ(expected, library->start(handle)) << number;
        if (c.good)
            library->cancel(handle);
        EXPECT_EQ(aborts + 1, server.aborts) << number;
        ++number;
    }
}

// A frontend that counts need not read as far as the EOF.
TEST_F(BackendTest, StartBehindTheLastByteWaitsForTheEnd)
{
    server.image = pattern(64);
    server.parameters = {0, true, 8, 8, 8, 8};
    server.hook = [](FakeClient &client, MessageView message) {
        if (message.command == static_cast<std::uint32_t>(Command::read) && client.position == 64)
            std::this_thread::sleep_for(50ms); // a device that takes its time for the end
        return false;
    };
    init("");
    const auto handle = openDevice();
    std::array<SANE_Byte, 64> block;
    for (int i = 0; i < 5; ++i) {
        ASSERT_EQ(SANE_STATUS_GOOD, library->start(handle));
        SANE_Int length = 0;
        ASSERT_EQ(SANE_STATUS_GOOD, library->read(handle, block.data(), 63, &length));
        ASSERT_EQ(63, length);
        EXPECT_EQ(SANE_STATUS_INVAL, library->start(handle));
        ASSERT_EQ(SANE_STATUS_GOOD, library->read(handle, block.data(), 1, &length));
        ASSERT_EQ(1, length);
    }
    // one that sends less than it said: the end has to be read
    server.parameters.lines = 9;
    ASSERT_EQ(SANE_STATUS_GOOD, library->start(handle));
    SANE_Int length = 0;
    ASSERT_EQ(SANE_STATUS_GOOD, library->read(handle, block.data(), 64, &length));
    EXPECT_EQ(SANE_STATUS_INVAL, library->start(handle));
    EXPECT_EQ(SANE_STATUS_EOF, library->read(handle, block.data(), 64, &length));
    // and one that sends more
    server.parameters.lines = 7;
    ASSERT_EQ(SANE_STATUS_GOOD, library->start(handle));
    ASSERT_EQ(SANE_STATUS_GOOD, library->read(handle, block.data(), 56, &length));
    EXPECT_EQ(SANE_STATUS_INVAL, library->start(handle));
    ASSERT_EQ(SANE_STATUS_GOOD, library->read(handle, block.data(), 64, &length));
    EXPECT_EQ(8, length);
}

TEST_F(BackendTest, ReadBeforeStartAsksTheServer)
{
    init("");
    const auto handle = openDevice();
    SANE_Byte byte;
    SANE_Int length = 3;
    EXPECT_EQ(SANE_STATUS_INVAL, library->read(handle, &byte, 1, &length));
    EXPECT_EQ(0, length);
    EXPECT_EQ(1, server.reads);
    EXPECT_EQ(SANE_STATUS_INVAL, library->set_io_mode(handle, SANE_TRUE));
    EXPECT_EQ(SANE_STATUS_INVAL, library->get_select_fd(handle, &length));
}

TEST_F(BackendTest, CancelFromAnotherThreadEndsARead)
{
    server.image = pattern(100000);
    server.stall_at = 5000;
    init("");
    const auto handle = openDevice();
    ASSERT_EQ(SANE_STATUS_GOOD, library->start(handle));
    std::thread canceller([&] {
        EXPECT_TRUE(eventually([&] { return server.most_reads_waiting == 8; }));
        library->cancel(handle);
    });
    SANE_Status status;
    readAll(handle, 1000, status);
    EXPECT_EQ(SANE_STATUS_CANCELLED, status);
    canceller.join();
    EXPECT_EQ(1, server.aborts);
    server.stall_at = SIZE_MAX;
    ASSERT_EQ(SANE_STATUS_GOOD, library->start(handle));
    EXPECT_TRUE(readAll(handle, 1000, status) == server.image);
}

Library *signal_library = nullptr;
SANE_Handle signal_handle = nullptr;

TEST_F(BackendTest, CancelFromASignalHandlerEndsARead)
{
    server.stall_at = 0;
    server.image = pattern(10);
    init("");
    signal_library = library.get();
    signal_handle = openDevice();
    struct sigaction action {};
    struct sigaction before {};
    action.sa_handler = [](int) { signal_library->cancel(signal_handle); };
    ::sigaction(SIGUSR1, &action, &before);
    ASSERT_EQ(SANE_STATUS_GOOD, library->start(signal_handle));
    const auto reader = ::pthread_self();
    std::thread killer([&] {
        EXPECT_TRUE(eventually([&] { return server.most_reads_waiting == 8; }));
        ::pthread_kill(reader, SIGUSR1);
    });
    SANE_Status status;
    readAll(signal_handle, 1000, status);
    EXPECT_EQ(SANE_STATUS_CANCELLED, status);
    killer.join();
    EXPECT_EQ(1, server.aborts);
    // and when no call is in progress: the whole cancel, within the handler
    ASSERT_EQ(SANE_STATUS_GOOD, library->start(signal_handle));
    ::raise(SIGUSR1);
    EXPECT_EQ(2, server.aborts);
    ::sigaction(SIGUSR1, &before, nullptr);
}

TEST_F(BackendTest, CancelInASignalHandlerLeavesTheHeapAlone)
{
    server.image = pattern(100000);
    server.chunk_bytes = 5000;
    init("");
    signal_library = library.get();
    signal_handle = openDevice();
    struct sigaction action {};
    struct sigaction before {};
    action.sa_handler = [](int) {
        count_memory_calls = true;
        signal_library->cancel(signal_handle);
        count_memory_calls = false;
    };
    ::sigaction(SIGUSR1, &action, &before);
    for (int i = 0; i < 3; ++i) {
        ASSERT_EQ(SANE_STATUS_GOOD, library->start(signal_handle));
        std::array<SANE_Byte, 100> block;
        SANE_Int length = 0;
        ASSERT_EQ(SANE_STATUS_GOOD, library->read(signal_handle, block.data(), block.size(), &length));
        SANE_Word word; // READ replies that come before this one's are stored
        ASSERT_EQ(SANE_STATUS_GOOD, library->control_option(signal_handle, 2, SANE_ACTION_GET_VALUE, &word, nullptr));
        memory_calls = 0;
        ::raise(SIGUSR1);
        EXPECT_EQ(0, memory_calls);
        EXPECT_EQ(SANE_STATUS_CANCELLED, library->read(signal_handle, block.data(), block.size(), &length));
    }
    ASSERT_EQ(SANE_STATUS_GOOD, library->start(signal_handle));
    SANE_Status status;
    EXPECT_TRUE(readAll(signal_handle, 1000, status) == server.image);
    ::sigaction(SIGUSR1, &before, nullptr);
}

TEST_F(BackendTest, SelectDescriptorTellsWhatReadHas)
{
    server.image = pattern(5000);
    server.stall_at = 3000;
    server.chunk_bytes = 1000;
    init("");
    const auto handle = openDevice();
    ASSERT_EQ(SANE_STATUS_GOOD, library->start(handle));
    ASSERT_EQ(SANE_STATUS_GOOD, library->set_io_mode(handle, SANE_TRUE));
    SANE_Int fd = -1;
    ASSERT_EQ(SANE_STATUS_GOOD, library->get_select_fd(handle, &fd));
    std::size_t total = 0;
    std::array<SANE_Byte, 300> block;
    while (total < 3000) {
        ASSERT_TRUE(eventually([&] { return isReadable(fd); }));
        SANE_Int length = 0;
        ASSERT_EQ(SANE_STATUS_GOOD, library->read(handle, block.data(), block.size(), &length));
        total += static_cast<std::size_t>(length);
    }
    ASSERT_TRUE(eventually([&] { return server.most_reads_waiting >= 5; }));
    SANE_Int length = 9;
    EXPECT_EQ(SANE_STATUS_GOOD, library->read(handle, block.data(), block.size(), &length));
    EXPECT_EQ(0, length);
    EXPECT_FALSE(isReadable(fd));
    library->cancel(handle);
    EXPECT_TRUE(isReadable(fd));
    EXPECT_EQ(SANE_STATUS_CANCELLED, library->read(handle, block.data(), block.size(), &length));
}

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

TEST_F(BackendTest, AsksForALoginWithNoConnectionOpen)
{
    server.user = "alice";
    answered_user = "alice";
    static FakeServer *asked_server = nullptr;
    static bool was_connected;
    asked_server = &server;
    init("", [](SANE_String_Const resource, SANE_Char *user, SANE_Char *password) {
        was_connected = !eventually([] { return asked_server->open_connections == 0; });
        authorize(resource, user, password);
    });
    EXPECT_NE(nullptr, openDevice());
    EXPECT_FALSE(was_connected);
    EXPECT_EQ(1, authorizations);
    EXPECT_EQ("netsane:" + server.name(), asked_resource);
    EXPECT_EQ(2, server.connections);
}

TEST_F(BackendTest, RefusedLoginIsAccessDeniedOnce)
{
    server.user = "alice";
    SANE_Handle handle = nullptr;
    const auto name = server.name() + ":test:0";
    init("");
    EXPECT_EQ(SANE_STATUS_ACCESS_DENIED, library->open(name.c_str(), &handle));
    answered_user = "mallory";
    init("", authorize);
    EXPECT_EQ(SANE_STATUS_ACCESS_DENIED, library->open(name.c_str(), &handle));
    EXPECT_EQ(1, authorizations);
    init("user = mallory\npassword = x\n", authorize);
    EXPECT_EQ(SANE_STATUS_ACCESS_DENIED, library->open(name.c_str(), &handle));
    EXPECT_EQ(1, authorizations);
    init("user = alice\npassword = x\n", authorize);
    EXPECT_EQ(SANE_STATUS_GOOD, library->open(name.c_str(), &handle));
    EXPECT_EQ(1, authorizations);
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

TEST_F(BackendTest, CancelThatTheServerIgnoresHasADeadline)
{
    server.stall_at = 0;
    server.answers_abort = false;
    server.image = pattern(10);
    // a server that never stops talking doesn't move the deadline
    server.hook = [](FakeClient &client, MessageView message) {
        if (message.command == static_cast<std::uint32_t>(Command::abort))
            for (int i = 0; i < 10000; ++i)
                encodeHello(client.out, {"still here", {}, {}});
        return false;
    };
    init("");
    const auto handle = openDevice();
    ASSERT_EQ(SANE_STATUS_GOOD, library->start(handle));
    const auto begin = Clock::now();
    library->cancel(handle);
    EXPECT_GE(Clock::now() - begin, 14s); // the server may need 10 of them
    EXPECT_LT(Clock::now() - begin, 25s);
    SANE_Byte byte;
    SANE_Int length;
    EXPECT_EQ(SANE_STATUS_CANCELLED, library->read(handle, &byte, 1, &length));
    EXPECT_EQ(SANE_STATUS_IO_ERROR, library->start(handle));
}

// The password in PASS_UNIX's reply: auth_unix is loaded from plugin_dir when the server asks for it.
TEST_F(BackendTest, LogsInWithAuthUnix)
{
    const auto module = folder + "/auth_unix.so";
    std::filesystem::copy_file(NETSANE_TEST_AUTH_UNIX, module);
    ::chmod(module.c_str(), 0644);
    std::atomic<int> asked = 0;
    server.user = "alice";
    server.hook = [&asked](FakeClient &client, MessageView message) {
        if (message.command == static_cast<std::uint32_t>(Command::user)) {
            ++asked;
            encodePass(client.out, Command::pass_request, {1, {}});
            return true;
        }
        if (message.command != static_cast<std::uint32_t>(Command::pass_reply))
            return false;
        const auto pass = decodePass(message);
        const std::string_view secret("secret", 7); // with its NUL
        if (pass.fields.size() != 1 || !std::ranges::equal(pass.fields[0], std::as_bytes(std::span(secret)))) {
            encodeUserRequest(client.out);
            return true;
        }
        encodeWelcome(client.out, "alice");
        encodeOpenReply(client.out, {{}, {std::byte{1}}, sampleOptions()});
        return true;
    };
    SANE_Handle handle = nullptr;
    const auto name = server.name() + ":test:0";
    struct Case {
        const char *config;
        SANE_Status expected;
        int asked;
    };
    for (const auto &c :
         {Case{"password = secret\n", SANE_STATUS_GOOD, 1}, Case{"password = wrong\n", SANE_STATUS_ACCESS_DENIED, 1},
          Case{"password = secret\nauth = crypt\n", SANE_STATUS_ACCESS_DENIED, 1}, Case{"", SANE_STATUS_GOOD, 1}}) {
        asked = 0;
        answered_user = "alice";
        init("plugin_dir = " + folder + "\nuser = alice\n" + c.config, authorize);
        EXPECT_EQ(c.expected, library->open(name.c_str(), &handle)) << c.config;
        EXPECT_EQ(c.asked, asked) << c.config;
    }
    library->exit();
    ::chmod(module.c_str(), 0666); // anybody could have written it
    init("plugin_dir = " + folder + "\nuser = alice\npassword = secret\n", authorize);
    EXPECT_EQ(SANE_STATUS_ACCESS_DENIED, library->open(name.c_str(), &handle));
    std::filesystem::remove(module);
}

TEST_F(BackendTest, BusyStartIsHeldBackTheSecondTime)
{
    server.start_status = Status::device_busy;
    init("");
    const auto handle = openDevice();
    const auto begin = Clock::now();
    EXPECT_EQ(SANE_STATUS_DEVICE_BUSY, library->start(handle));
    EXPECT_LT(Clock::now() - begin, 2s);
    EXPECT_EQ(SANE_STATUS_DEVICE_BUSY, library->start(handle));
    EXPECT_GE(Clock::now() - begin, 2400ms);
    server.start_status = Status::no_docs;
    EXPECT_EQ(SANE_STATUS_NO_DOCS, library->start(handle));
}

TEST_F(BackendTest, CyclesLeaveNoDescriptorBehind)
{
    server.image = pattern(70000);
    library.reset();
    const auto before = openDescriptors();
    for (int i = 0; i < 50; ++i) {
        library = std::make_unique<Library>();
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
