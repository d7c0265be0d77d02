// Values and parameters that replies have told (protocol.md §7.12): answered here as long as they hold, and no longer.

#include "BackendTest.hxx"

#include <atomic>
#include <cstring>
#include <mutex>

namespace netsane::test {

namespace {

constexpr SANE_Int resolution = 2;
constexpr SANE_Int mode = 3;
constexpr SANE_Int table = 6;

// A server with extension 4. What a set brings along is up to the test; so is what a get gives.
class TellingTest : public BackendTest {
protected:
    void SetUp() override
    {
        BackendTest::SetUp();
        server.extensions = {1, 2, 4};
        server.image = pattern(32);
        values = {{resolution, ValueType::fixed, {{75 << 16}, {}}},
                  {mode, ValueType::string, {{}, "Gray"}},
                  {table, ValueType::integer, {{1, 2, 3, 4}, {}}}};
        server.hook = [this](FakeClient &client, MessageView message) { return answer(client, message); };
    }

    bool answer(FakeClient &client, MessageView message)
    {
        const auto command = static_cast<Command>(message.command);
        if (command == Command::open) {
            encodeOpenReply(client.out, {{}, {std::byte{1}}, server.options, told});
            return true;
        }
        asked_parameters += command == Command::get_parameters ? 1 : 0;
        if (command != Command::control_option)
            return false;
        const auto request = decodeControlOptionRequest(message);
        if (request.action != Action::get) {
            encodeControlOptionReply(client.out, set_reply);
            return true;
        }
        ++gets;
        held.push_back(request.option);
        if (held.size() < hold_gets)
            return true;
        for (const auto option : held)
            answerGet(client, option);
        held.clear();
        return true;
    }

    void answerGet(FakeClient &client, SANE_Int option)
    {
        for (const auto &value : values)
            if (value.option == option)
                return encodeControlOptionReply(client.out, {{}, 0, value.type, value.value, {}});
        encodeControlOptionReply(client.out, {{Status::invalid, "no"}, 0, ValueType::integer, {}, {}});
    }

    SANE_Status get(SANE_Handle handle, SANE_Int option)
    {
        words.fill(-1);
        return library->control_option(handle, option, SANE_ACTION_GET_VALUE, words.data(), nullptr);
    }

    SANE_Status press(SANE_Handle handle)
    {
        return library->control_option(handle, 4, SANE_ACTION_SET_VALUE, nullptr, nullptr);
    }

    std::string gotText() const { return reinterpret_cast<const char *>(words.data()); }

    // Changed only when the client isn't sending.
    std::vector<ToldValue> values;
    ToldState told{{}, Status::good, {0, true, 8, 4, 4, 16}};
    ControlOptionReply set_reply{{}, 0,  ValueType::button,
                                 {}, {}, ControlOptionReply::News{{}, {{}, Status::good, {0, true, 8, 4, 9, 16}}}};
    std::size_t hold_gets = 1; // answered when so many have come
    std::vector<SANE_Int> held;
    std::atomic<int> gets = 0;
    std::atomic<int> asked_parameters = 0;
    std::array<SANE_Word, 128> words{};
};

} // namespace

TEST_F(TellingTest, WhatOpenToldIsAnsweredHere)
{
    told.values = values;
    init("");
    const auto handle = openDevice();
    ASSERT_EQ(SANE_STATUS_GOOD, get(handle, resolution));
    EXPECT_EQ(75 << 16, words[0]);
    EXPECT_EQ(-1, words[1]);
    ASSERT_EQ(SANE_STATUS_GOOD, get(handle, mode));
    EXPECT_EQ("Gray", gotText());
    ASSERT_EQ(SANE_STATUS_GOOD, get(handle, table));
    EXPECT_EQ(4, words[3]);
    SANE_Parameters parameters;
    ASSERT_EQ(SANE_STATUS_GOOD, library->get_parameters(handle, &parameters));
    EXPECT_EQ(4, parameters.lines);
    EXPECT_EQ(0, gets);
    EXPECT_EQ(0, asked_parameters);
}

TEST_F(TellingTest, UnknownOnesAreAskedForInOneFlight)
{
    hold_gets = 3; // the server waits for all of them
    init("");
    const auto handle = openDevice();
    ASSERT_EQ(SANE_STATUS_GOOD, get(handle, mode));
    EXPECT_EQ("Gray", gotText());
    EXPECT_EQ(3, gets);
    ASSERT_EQ(SANE_STATUS_GOOD, get(handle, table));
    ASSERT_EQ(SANE_STATUS_GOOD, get(handle, resolution));
    EXPECT_EQ(75 << 16, words[0]);
    EXPECT_EQ(3, gets);
}

TEST_F(TellingTest, AScanMakesThemUnknown)
{
    told.values = values;
    init("");
    const auto handle = openDevice();
    for (int scan = 1; scan <= 2; ++scan) {
        ASSERT_EQ(SANE_STATUS_GOOD, library->start(handle));
        values[0].value.words = {static_cast<std::uint32_t>(scan)};
        // In the frame each is asked for, and not kept: it may change until the end.
        gets = 0;
        ASSERT_EQ(SANE_STATUS_GOOD, get(handle, resolution));
        EXPECT_EQ(1, gets);
        SANE_Status status;
        EXPECT_TRUE(readAll(handle, 1000, status) == server.image);
        values[0].value.words = {static_cast<std::uint32_t>(scan) + 50};
        ASSERT_EQ(SANE_STATUS_GOOD, get(handle, resolution));
        EXPECT_EQ(scan + 50, words[0]) << "what was told before the scan, or in it, holds no more";
        values[0].value.words = {static_cast<std::uint32_t>(scan) + 100};
        library->cancel(handle);
        asked_parameters = 0;
        SANE_Parameters parameters;
        ASSERT_EQ(SANE_STATUS_GOOD, library->get_parameters(handle, &parameters));
        ASSERT_EQ(SANE_STATUS_GOOD, library->get_parameters(handle, &parameters));
        EXPECT_EQ(1, asked_parameters);
        gets = 0;
        ASSERT_EQ(SANE_STATUS_GOOD, get(handle, resolution));
        EXPECT_EQ(scan + 100, words[0]);
        EXPECT_EQ(3, gets);
    }
}

TEST_F(TellingTest, ACancelBehindTheEndMakesThemUnknown)
{
    init("");
    const auto handle = openDevice();
    ASSERT_EQ(SANE_STATUS_GOOD, library->start(handle));
    SANE_Status status;
    readAll(handle, 1000, status);
    ASSERT_EQ(SANE_STATUS_GOOD, get(handle, resolution));
    values[0].value.words = {7};
    ASSERT_EQ(SANE_STATUS_GOOD, get(handle, resolution));
    EXPECT_EQ(75 << 16, words[0]);
    library->cancel(handle);
    ASSERT_EQ(SANE_STATUS_GOOD, get(handle, resolution));
    EXPECT_EQ(7, words[0]);
}

TEST_F(TellingTest, NewsOfASetReplaceWhatWasKnown)
{
    told.values = values;
    init("");
    const auto handle = openDevice();
    auto options = sampleOptions();
    options[table].size_bytes = 8;
    auto &news = *set_reply.news;
    news.descriptors = {{table, options[table]}};
    news.told.values = {{resolution, ValueType::fixed, {{99}, {}}}, {mode, ValueType::group, {}}};
    ASSERT_EQ(SANE_STATUS_GOOD, press(handle));
    ASSERT_EQ(SANE_STATUS_GOOD, get(handle, resolution));
    EXPECT_EQ(99, words[0]);
    SANE_Parameters parameters;
    ASSERT_EQ(SANE_STATUS_GOOD, library->get_parameters(handle, &parameters));
    EXPECT_EQ(9, parameters.lines);
    EXPECT_EQ(0, gets + asked_parameters);
    // The mode can't be told, and the table has come again without its value.
    values[2].value.words = {8, 9};
    ASSERT_EQ(SANE_STATUS_GOOD, get(handle, table));
    EXPECT_EQ(9, words[1]);
    EXPECT_EQ(8, library->get_option_descriptor(handle, table)->size);
    EXPECT_EQ(2, gets);
}

TEST_F(TellingTest, ARefusedSetMakesThemUnknown)
{
    told.values = values;
    init("");
    const auto handle = openDevice();
    set_reply = {{Status::invalid, "no"}, 0, ValueType::button, {}, {}};
    EXPECT_EQ(SANE_STATUS_INVAL, press(handle));
    ASSERT_EQ(SANE_STATUS_GOOD, get(handle, resolution));
    SANE_Parameters parameters;
    ASSERT_EQ(SANE_STATUS_GOOD, library->get_parameters(handle, &parameters));
    EXPECT_EQ(3, gets);
    EXPECT_EQ(1, asked_parameters);
}

TEST_F(TellingTest, AReplyWithoutNewsMakesThemUnknown)
{
    told.values = values;
    init("");
    const auto handle = openDevice();
    set_reply.info = info_reload_options;
    set_reply.news.reset();
    server.options[resolution].title = "another";
    ASSERT_EQ(SANE_STATUS_GOOD, press(handle));
    EXPECT_STREQ("another", library->get_option_descriptor(handle, resolution)->title);
    ASSERT_EQ(SANE_STATUS_GOOD, get(handle, resolution));
    EXPECT_EQ(3, gets);
}

// A frontend that hasn't looked at the option again has room for what it knew.
TEST_F(TellingTest, ValuesThatHaveGrownWaitUntilTheFrontendKnows)
{
    told.values = values;
    init("");
    const auto handle = openDevice();
    ASSERT_EQ(16, library->get_option_descriptor(handle, table)->size);
    auto options = sampleOptions();
    options[table].size_bytes = 400;
    set_reply.info = info_reload_options;
    set_reply.news->descriptors = {{table, options[table]}};
    set_reply.news->told.values = {{table, ValueType::integer, {std::vector<std::uint32_t>(100, 9), ""}}};
    ASSERT_EQ(SANE_STATUS_GOOD, press(handle));
    EXPECT_EQ(SANE_STATUS_INVAL, get(handle, table));
    EXPECT_EQ(-1, words[0]);
    EXPECT_EQ(400, library->get_option_descriptor(handle, table)->size);
    EXPECT_EQ(SANE_STATUS_GOOD, get(handle, table));
    EXPECT_EQ(9, words[99]);
    EXPECT_EQ(-1, words[100]);
    EXPECT_EQ(0, gets);
}

TEST_F(TellingTest, WhatIsNotToldIsAlwaysAskedFor)
{
    server.options[resolution].capabilities = SANE_CAP_SOFT_DETECT; // a sensor
    server.options[table].size_bytes = 1024;
    told.values = {values[0], {table, ValueType::integer, {std::vector<std::uint32_t>(256, 9), ""}}};
    init("");
    const auto handle = openDevice();
    for (int i = 1; i <= 3; ++i) {
        ASSERT_EQ(SANE_STATUS_GOOD, get(handle, resolution));
        EXPECT_EQ(i, gets);
    }
}

TEST_F(TellingTest, HostileNewsEndTheConnection)
{
    const ToldValue hostile[]{{resolution, ValueType::fixed, {{1, 2}, {}}},
                              {resolution, ValueType::integer, {{1}, {}}},
                              {mode, ValueType::string, {{}, "a string of more than 8 bytes"}},
                              {7, ValueType::integer, {{1}, {}}},
                              {-1, ValueType::integer, {{1}, {}}}};
    for (const auto &value : hostile) {
        told.values = {value};
        init("");
        SANE_Handle handle = nullptr;
        EXPECT_EQ(SANE_STATUS_IO_ERROR, library->open((server.name() + ":test:0").c_str(), &handle)) << value.option;
        told.values.clear();
        handle = openDevice();
        set_reply.news->told.values = {value};
        EXPECT_EQ(SANE_STATUS_IO_ERROR, press(handle)) << value.option;
        set_reply.news->told.values.clear();
        library->close(handle);
    }
    for (const SANE_Int option : {7, -1}) {
        const auto handle = openDevice();
        set_reply.news->descriptors = {{option, sampleOptions()[2]}};
        EXPECT_EQ(SANE_STATUS_IO_ERROR, press(handle)) << option;
    }
    set_reply.news->descriptors = {{0, sampleOptions()[6]}};
    EXPECT_EQ(SANE_STATUS_IO_ERROR, press(openDevice())) << "the number of options as an array";
}

// What can't be is as if it hadn't been told; asking for it says what is wrong.
TEST_F(TellingTest, ImpossibleParametersAreNotKept)
{
    told.parameters.depth = 7;
    init("");
    const auto handle = openDevice();
    SANE_Parameters parameters;
    EXPECT_EQ(SANE_STATUS_GOOD, library->get_parameters(handle, &parameters));
    EXPECT_EQ(16, parameters.depth);
    EXPECT_EQ(1, asked_parameters);
}

TEST_F(TellingTest, OneExtensionWithoutTheOtherIsNone)
{
    server.extensions = {1, 4};
    server.hook = [this](FakeClient &, MessageView message) {
        gets += message.command == static_cast<std::uint32_t>(Command::control_option) ? 1 : 0;
        return false;
    };
    init("");
    const auto handle = openDevice();
    const int before = gets;
    ASSERT_EQ(SANE_STATUS_GOOD, get(handle, resolution));
    ASSERT_EQ(SANE_STATUS_GOOD, get(handle, resolution));
    EXPECT_EQ(before + 2, gets);
}

} // namespace netsane::test
