#include "DeviceClient.hxx"
#include "SaneTestConfig.hxx"
#include "protocol/ConnectionMessages.hxx"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <sys/socket.h>
#include <unistd.h>

namespace netsane::test {

namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t cap_soft_select = 1;
constexpr std::uint32_t cap_soft_detect = 4;
constexpr std::uint32_t cap_automatic = 16;
constexpr std::uint32_t cap_inactive = 32;

class DeviceProcess : public testing::Test {
protected:
    std::vector<std::string> serve(const std::string &device) const
    {
        return {"--device", device, "--sane-config-dir", config_.path()};
    }

    // The lister's two messages.
    GetDevicesReply list(const std::vector<std::string> &more = {})
    {
        std::vector<std::string> arguments{"--list", "--sane-config-dir", config_.path()};
        arguments.insert(arguments.end(), more.begin(), more.end());
        DeviceClient lister(arguments);
        const auto init = decodeInitReply(lister.receive());
        EXPECT_EQ(init.outcome.status, Status::good);
        EXPECT_EQ(init.version_code >> 24, 1U);
        auto reply = decodeGetDevicesReply(lister.receive());
        EXPECT_TRUE(lister.receivesEnd());
        EXPECT_EQ(lister.waitExit(), 0) << lister.standardError();
        return reply;
    }

    void expectRefused(const std::string &device, const std::string &reason)
    {
        DeviceClient client(serve(device));
        const auto reply = client.open();
        EXPECT_EQ(reply.outcome.status, Status::invalid) << device;
        EXPECT_NE(reply.outcome.reason.find(reason), std::string::npos) << device << ": " << reply.outcome.reason;
        EXPECT_TRUE(reply.handle.empty());
        client.closeChannel();
        EXPECT_EQ(client.waitExit(), 0);
    }

    SaneTestConfig config_;
};

// A value that the descriptor allows.
OptionValue someValue(const OptionDescriptor &descriptor, const OptionValue &current)
{
    auto value = current;
    if (descriptor.constraint_type == ConstraintType::string_list && !descriptor.strings.empty())
        value.text = descriptor.strings.back();
    else if (descriptor.constraint_type == ConstraintType::word_list && !descriptor.words.empty())
        value.words.assign(value.words.size(), descriptor.words.front());
    else if (descriptor.constraint_type == ConstraintType::range)
        value.words.assign(value.words.size(), static_cast<std::uint32_t>(descriptor.range_min));
    return value;
}

} // namespace

TEST_F(DeviceProcess, ListsDevicesAndExits)
{
    const auto reply = list();
    ASSERT_EQ(reply.outcome.status, Status::good);
    ASSERT_EQ(reply.devices.size(), 2U);
    EXPECT_EQ(reply.devices[0], (DeviceEntry{"test:0", "Noname", "frontend-tester", "virtual device"}));
    EXPECT_EQ(reply.devices[1].name, "test:1");
}

TEST_F(DeviceProcess, ListsNothingOfExcludedBackends)
{
    EXPECT_TRUE(list({"--exclude", "net,test"}).devices.empty());
}

TEST_F(DeviceProcess, ListsAliases)
{
    config_.write("dll.aliases", "alias \"My Scanner\" test:0\nhide test:1\nalias Loop net:host:test:0\n");
    const auto reply = list();
    ASSERT_EQ(reply.devices.size(), 1U);
    EXPECT_EQ(reply.devices[0].name, "My Scanner");
    DeviceClient client(serve("My Scanner"));
    EXPECT_EQ(client.open().outcome.status, Status::good);
}

TEST_F(DeviceProcess, NoiseOnStandardOutputDoesNoHarm)
{
    // The backends' debug output goes to standard error, which they share with standard output here.
    ::setenv("SANE_DEBUG_TEST", "255", 1);
    ::setenv("SANE_DEBUG_DLL", "255", 1);
    DeviceClient client(serve("test:0"));
    const auto reply = client.open();
    ::unsetenv("SANE_DEBUG_TEST");
    ::unsetenv("SANE_DEBUG_DLL");
    EXPECT_EQ(reply.outcome.status, Status::good);
    EXPECT_FALSE(client.standardError().empty());
    if (::geteuid() != 0)
        return; // the process leaves no core dumps, so only root may look at its descriptors
    const auto process = "/proc/" + std::to_string(client.pid()) + "/fd/";
    std::error_code error;
    EXPECT_EQ(std::filesystem::read_symlink(process + "0", error), "/dev/null");
    EXPECT_EQ(std::filesystem::read_symlink(process + "1", error), std::filesystem::read_symlink(process + "2", error));
}

TEST_F(DeviceProcess, OpensOnlyTheDeviceOfItsCommandLine)
{
    DeviceClient client(serve("test:1"));
    client.sendHello({1, 2});
    ByteBuffer buffer;
    encodeOpenRequest(buffer, {"fakeusb:/etc/passwd"});
    client.send(buffer);
    const auto reply = decodeOpenReply(client.receive());
    EXPECT_EQ(reply.outcome.status, Status::good);
    EXPECT_TRUE(std::equal(reply.handle.begin(), reply.handle.end(), channel_handle.begin(), channel_handle.end()));
    client.send(buffer);
    EXPECT_EQ(decodeOpenReply(client.receive()).outcome.status, Status::invalid);
}

TEST_F(DeviceProcess, OpensTheFirstDeviceOfABackend)
{
    DeviceClient client(serve("test"));
    EXPECT_EQ(client.open().outcome.status, Status::good);
}

TEST_F(DeviceProcess, RefusesNamesThatMustNotBeOpened)
{
    expectRefused("net:localhost:test:0", "\"net\" is not enabled");
    expectRefused("netsane:localhost:test:0", "\"netsane\" is not enabled");
    expectRefused("fakeusb:/tmp/x", "fakeusb");
    expectRefused("fakeusbdev:/tmp/x", "fakeusb");
    expectRefused("fakeusbout:/tmp/x:test:0", "fakeusb");
    expectRefused("pnm:0", "\"pnm\" is not enabled");
    expectRefused("../../tmp/evil:0", "doesn't begin with the name of a backend");
    expectRefused(":0", "doesn't begin with the name of a backend");
    expectRefused("test:7", "no device test:7");
}

TEST_F(DeviceProcess, RefusesAliasesThatLeadToExcludedBackends)
{
    config_.write("dll.aliases", "alias Loop net:localhost:test:0\nalias Fake fakeusb:/tmp/x\n");
    expectRefused("Loop", "\"Loop\" is not enabled");
    expectRefused("Fake", "\"Fake\" is not enabled");
}

TEST_F(DeviceProcess, LeavesNoDirectoryBehind)
{
    const auto parent = std::filesystem::path(config_.path()) / "tmp";
    std::filesystem::create_directory(parent);
    ::setenv("TMPDIR", parent.c_str(), 1);
    DeviceClient client(serve("test:0"));
    const auto reply = client.open();
    ::unsetenv("TMPDIR");
    EXPECT_EQ(reply.outcome.status, Status::good);
    EXPECT_TRUE(std::filesystem::is_empty(parent)) << "while the device is still open";
}

TEST_F(DeviceProcess, OpenBringsDescriptorsOnlyWithTheExtension)
{
    DeviceClient without(serve("test:0"));
    EXPECT_FALSE(without.open(false).descriptors);
    DeviceClient with(serve("test:0"));
    const auto reply = with.open();
    ASSERT_TRUE(reply.descriptors);
    for (std::size_t i = 0; i < reply.descriptors->size(); ++i)
        EXPECT_EQ(without.option(static_cast<std::int32_t>(i)), (*reply.descriptors)[i]) << "option " << i;
    EXPECT_FALSE(without.option(static_cast<std::int32_t>(reply.descriptors->size())));
    EXPECT_FALSE(without.option(-1));
    EXPECT_EQ((*reply.descriptors)[0].name, "");
    const auto count = without.control({0, Action::get, ValueType::integer, {}});
    ASSERT_TRUE(count.value);
    EXPECT_EQ(count.value->words, std::vector<std::uint32_t>{static_cast<std::uint32_t>(reply.descriptors->size())});
}

TEST_F(DeviceProcess, EveryOptionIsGotAndSet)
{
    DeviceClient client(serve("test:0"));
    ASSERT_EQ(client.open().outcome.status, Status::good);
    client.set("mode", text("Color"));
    client.set("three-pass", words({1}));
    client.set("enable-test-options", words({1}));
    std::set<ValueType> seen;
    for (std::int32_t number = 1; number < static_cast<std::int32_t>(client.descriptors().size()); ++number) {
        const auto descriptor = client.descriptors()[static_cast<std::size_t>(number)];
        SCOPED_TRACE(descriptor.name);
        const auto got = client.control({number, Action::get, descriptor.type, {}});
        if (!hasValue(descriptor.type) || (descriptor.capabilities & cap_inactive) != 0 ||
            (descriptor.capabilities & cap_soft_detect) == 0) {
            EXPECT_EQ(got.outcome.status, Status::invalid);
            continue;
        }
        ASSERT_EQ(got.outcome.status, Status::good) << got.outcome.reason;
        ASSERT_TRUE(got.value);
        if (isWordType(descriptor.type)) {
            EXPECT_EQ(got.value->words.size(), static_cast<std::size_t>(descriptor.size_bytes) / 4);
        }
        const bool is_settable = (descriptor.capabilities & cap_soft_select) != 0;
        const auto wanted = someValue(descriptor, *got.value);
        const auto set = client.control({number, Action::set, descriptor.type, wanted});
        EXPECT_EQ(set.outcome.status, is_settable ? Status::good : Status::invalid) << set.outcome.reason;
        if (is_settable) {
            seen.insert(descriptor.type);
            EXPECT_EQ((set.info & info_reload_options) != 0, set.descriptors.has_value());
            const auto again = client.control({number, Action::get, descriptor.type, {}});
            EXPECT_EQ(again.value, set.value);
            if ((set.info & info_inexact) == 0) {
                EXPECT_EQ(*set.value, wanted);
            }
        }
        if (number == client.find("enable-test-options"))
            client.set("enable-test-options", words({1}));
    }
    EXPECT_EQ(seen.size(), 4U) << "BOOL, INT, FIXED and STRING";
}

TEST_F(DeviceProcess, ButtonsArePressed)
{
    DeviceClient client(serve("test:0"));
    ASSERT_EQ(client.open().outcome.status, Status::good);
    client.set("enable-test-options", words({1}));
    const auto button = client.find("button");
    ASSERT_GT(button, 0);
    const auto reply = client.control({button, Action::set, ValueType::button, {}});
    EXPECT_EQ(reply.outcome.status, Status::good);
    EXPECT_FALSE(reply.value);
}

TEST_F(DeviceProcess, ReloadBringsNewDescriptors)
{
    for (const bool with_extension : {true, false}) {
        DeviceClient full(serve("test:0"));
        ASSERT_EQ(full.open().outcome.status, Status::good);
        DeviceClient client(serve("test:1"));
        ASSERT_EQ(client.open(with_extension).outcome.status, Status::good);
        const auto mode = full.find("mode");
        const auto three_pass = full.find("three-pass");
        EXPECT_NE(client.option(three_pass)->capabilities & cap_inactive, 0U);
        const auto reply = client.control({mode, Action::set, ValueType::string, text("Color")});
        ASSERT_EQ(reply.outcome.status, Status::good);
        EXPECT_NE(reply.info & info_reload_options, 0U);
        EXPECT_EQ(reply.value, text("Color"));
        EXPECT_EQ(reply.descriptors.has_value(), with_extension);
        if (reply.descriptors) {
            EXPECT_EQ((*reply.descriptors)[static_cast<std::size_t>(three_pass)].capabilities & cap_inactive, 0U);
        }
        // The backend refuses options whose descriptor wasn't read again.
        EXPECT_EQ(client.control({three_pass, Action::set, ValueType::boolean, words({1})}).outcome.status,
                  Status::good);
    }
}

TEST_F(DeviceProcess, MismatchesAreInvalidAndChangeNothing)
{
    DeviceClient client(serve("test:0"));
    ASSERT_EQ(client.open().outcome.status, Status::good);
    const auto resolution = client.find("resolution");
    const auto mode = client.find("mode");
    const auto count = static_cast<std::int32_t>(client.descriptors().size());
    const auto before = client.control({resolution, Action::get, ValueType::fixed, {}}).value;
    const ControlOptionRequest requests[] = {
        {resolution, Action::set, ValueType::integer, words({100})},
        {resolution, Action::get, ValueType::integer, {}},
        {resolution, Action::set, ValueType::fixed, words({100 << 16, 1})},
        {resolution, Action::set, ValueType::fixed, {}},
        {mode, Action::set, ValueType::string, text(std::string(500, 'x'))},
        {mode, Action::set, ValueType::string, text("Nonsense")},
        {mode, Action::set_auto, ValueType::string, {}},
        {1, Action::get, ValueType::group, {}},
        {1, Action::set, ValueType::group, {}},
        {0, Action::set, ValueType::integer, words({3})},
        {count, Action::get, ValueType::integer, {}},
        {-1, Action::get, ValueType::integer, {}},
    };
    for (const auto &request : requests)
        EXPECT_EQ(client.control(request).outcome.status, Status::invalid) << &request - requests;
    EXPECT_EQ(client.control({resolution, Action::get, ValueType::fixed, {}}).value, before);
    EXPECT_EQ(client.control({mode, Action::get, ValueType::string, {}}).value, text("Gray"));
}

TEST_F(DeviceProcess, ValuesAreSetAutomatically)
{
    DeviceClient client(serve("test:0"));
    ASSERT_EQ(client.open().outcome.status, Status::good);
    client.set("enable-test-options", words({1}));
    const auto option = client.find("bool-soft-select-soft-detect-auto");
    ASSERT_GT(option, 0);
    ASSERT_NE(client.descriptors()[static_cast<std::size_t>(option)].capabilities & cap_automatic, 0U);
    client.set("bool-soft-select-soft-detect-auto", words({0}));
    const auto reply = client.control({option, Action::set_auto, ValueType::boolean, {}});
    EXPECT_EQ(reply.outcome.status, Status::good);
    EXPECT_FALSE(reply.value);
    EXPECT_EQ(client.control({option, Action::get, ValueType::boolean, {}}).value, words({1}));
}

TEST_F(DeviceProcess, RequestsBeforeOpenAreRefused)
{
    DeviceClient client(serve("test:0"));
    client.sendHello({});
    EXPECT_EQ(client.start().outcome.status, Status::invalid);
    EXPECT_EQ(client.parameters().outcome.status, Status::invalid);
    EXPECT_FALSE(client.option(0));
    client.abort();
    client.close();
    ByteBuffer buffer;
    encodeOpenRequest(buffer, {""});
    client.send(buffer);
    EXPECT_EQ(decodeOpenReply(client.receive()).outcome.status, Status::good);
}

TEST_F(DeviceProcess, RepliesComeInTheOrderOfTheRequests)
{
    DeviceClient client(serve("test:0"));
    client.sendHello({1, 2});
    ByteBuffer buffer;
    encodeOpenRequest(buffer, {""});
    for (int i = 0; i < 20; ++i) {
        encodeGetOptionRequest(buffer, channel_handle, {i});
        encodeHandleRequest(buffer, Command::get_parameters, channel_handle);
        encodeSetIoModeRequest(buffer, channel_handle, false);
    }
    client.send(buffer);
    EXPECT_EQ(decodeOpenReply(client.receive()).outcome.status, Status::good);
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(client.receive().command, static_cast<std::uint32_t>(Command::get_option));
        EXPECT_EQ(client.receive().command, static_cast<std::uint32_t>(Command::get_parameters));
        EXPECT_EQ(client.receive().command, static_cast<std::uint32_t>(Command::set_io_mode));
    }
}

TEST_F(DeviceProcess, BadInputEndsTheProcess)
{
    const auto bare = [](std::uint32_t command) {
        ByteBuffer buffer;
        encodeHandleRequest(buffer, static_cast<Command>(command), channel_handle);
        return buffer;
    };
    std::vector<ByteBuffer> inputs;
    inputs.emplace_back().append(std::as_bytes(std::span("GET / HTTP/1.1\r\n\r\n")));
    inputs.push_back(bare(16));   // INIT isn't for a device
    inputs.push_back(bare(17));   // EXIT
    inputs.push_back(bare(4711)); // no command
    inputs.push_back(bare(26));   // READ without a size
    encodeReadRequest(inputs.emplace_back(), channel_handle, {0});
    encodeHandleRequest(inputs.emplace_back(), Command::start, std::array{std::byte{2}});
    encodeHandleRequest(inputs.emplace_back(), Command::start, std::vector(2, std::byte{1}));
    encodeOpenRequest(inputs.emplace_back(), {std::string(2000, 'x')});
    encodeHello(inputs.emplace_back(), {"again", 1, {}});
    for (const bool in_scan : {false, true}) {
        for (const auto &input : inputs) {
            SCOPED_TRACE(&input - inputs.data());
            DeviceClient client(serve("test:0"));
            ASSERT_EQ(client.open().outcome.status, Status::good);
            if (in_scan) {
                ASSERT_EQ(client.start().outcome.status, Status::good);
                std::vector<std::byte> data; // see DeviceScan: the reader thread must be past its start
                ASSERT_EQ(client.read(64 * 1024, data), Status::good);
            }
            client.send(input);
            EXPECT_TRUE(client.receivesEnd());
            EXPECT_EQ(client.waitExit(), 1);
            EXPECT_NE(client.standardError().find("bad input from the session"), std::string::npos);
        }
    }
}

TEST_F(DeviceProcess, TooManyRequestsEndTheProcess)
{
    DeviceClient client(serve("test:0"));
    ASSERT_EQ(client.open().outcome.status, Status::good);
    client.set("read-delay", words({1}));
    client.set("read-delay-duration", words({200000}));
    ASSERT_EQ(client.start().outcome.status, Status::good);
    std::vector<std::byte> data;
    ASSERT_EQ(client.read(64 * 1024, data), Status::good);
    ByteBuffer buffer;
    for (std::size_t i = 0; i < 2 * max_outstanding_with_reads; ++i)
        encodeReadRequest(buffer, channel_handle, {64 * 1024});
    client.send(buffer);
    EXPECT_EQ(client.waitExit(), 1);
    EXPECT_NE(client.standardError().find("requests outstanding"), std::string::npos);
}

TEST_F(DeviceProcess, WrongCommandLinesAreRefused)
{
    DeviceClient neither({"--sane-config-dir", config_.path()});
    EXPECT_GT(neither.waitExit(), 0);
    DeviceClient both({"--list", "--device", "test:0"});
    EXPECT_GT(both.waitExit(), 0);
    DeviceClient other({"--wait", "--device", "test:0"});
    EXPECT_GT(other.waitExit(), 0);
    DeviceClient standard({"--fd", "1", "--device", "test:0"});
    EXPECT_GT(standard.waitExit(), 0);
}

} // namespace netsane::test
