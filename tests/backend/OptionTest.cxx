// Options and their descriptors.

#include "BackendTest.hxx"

#include <algorithm>
#include <cstring>
#include <fcntl.h>
#include <set>

namespace netsane::test {

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

} // namespace netsane::test
