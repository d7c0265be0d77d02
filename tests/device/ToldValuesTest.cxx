// What a device process tells along with OPEN and COPT (protocol.md §7.12): with the test backend, and with one that
// changes options without saying so (FakeMoody.cxx).
#include "DeviceClient.hxx"
#include "SaneTestConfig.hxx"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <random>

namespace netsane::test {

namespace {

// What a client knows that does as the specification says.
class Knowledge {
public:
    void learn(const OpenReply &reply)
    {
        ASSERT_TRUE(reply.told);
        learn(*reply.told);
    }

    void learn(const ControlOptionRequest &request, const ControlOptionReply &reply)
    {
        if (reply.outcome.status != Status::good && request.action != Action::get) {
            values.clear();
            parameters.reset();
        }
        if (reply.outcome.status != Status::good)
            return;
        if (reply.value)
            values[request.option] = *reply.value;
        if (!reply.news)
            return;
        for (const auto &changed : reply.news->descriptors)
            values.erase(changed.option);
        learn(reply.news->told);
    }

    std::map<std::int32_t, OptionValue> values;
    std::optional<Parameters> parameters;

private:
    void learn(const ToldState &state)
    {
        for (const auto &told : state.values) {
            values.erase(told.option);
            if (told.type != ValueType::group)
                values[told.option] = told.value;
        }
        parameters.reset();
        if (state.status == Status::good)
            parameters = state.parameters;
    }
};

class ToldValues : public testing::Test {
protected:
    DeviceClient &openTest(bool with_values = true)
    {
        return open({"--device", "test:0", "--sane-config-dir", config_.path()}, NETSANE_DEVICE_PROGRAM, with_values);
    }

    DeviceClient &openMoody()
    {
        config_.write("dll.conf", "fake\n");
        return open({"--device", "fake:moody", "--sane-config-dir", config_.path()}, NETSANE_FAKE_DEVICE_PROGRAM, true);
    }

    ControlOptionReply control(const ControlOptionRequest &request)
    {
        auto reply = client_->control(request);
        known_.learn(request, reply);
        return reply;
    }

    bool isTold(std::int32_t option) const
    {
        return tellableBytes(client_->descriptors().at(static_cast<std::size_t>(option))) != 0;
    }

    // What is known is what the device says, and nothing else is known.
    void expectTrue()
    {
        const auto before = known_.values;
        for (const auto &[option, value] : before) {
            const auto &descriptor = client_->descriptors().at(static_cast<std::size_t>(option));
            if (!isTold(option))
                continue; // nobody would believe it
            const auto reply = client_->control({option, Action::get, descriptor.type, {}});
            EXPECT_EQ(reply.outcome.status, Status::good) << descriptor.name;
            EXPECT_EQ(reply.value, value) << descriptor.name;
        }
        if (known_.parameters) {
            EXPECT_EQ(client_->parameters().parameters, *known_.parameters);
        }
    }

    DeviceClient &open(const std::vector<std::string> &arguments, const char *program, bool with_values)
    {
        auto &client = client_.emplace(arguments, program);
        const auto reply = with_values ? client.openWithValues() : client.open();
        EXPECT_EQ(reply.outcome.status, Status::good);
        if (with_values)
            known_.learn(reply);
        return client;
    }

    SaneTestConfig config_;
    std::optional<DeviceClient> client_;
    Knowledge known_;
};

} // namespace

TEST_F(ToldValues, OpenTellsAllThatChangeOnlyByBeingSet)
{
    auto &client = openTest();
    const auto count = static_cast<std::int32_t>(client.descriptors().size());
    for (std::int32_t option = 0; option < count; ++option)
        EXPECT_EQ(known_.values.contains(option), isTold(option)) << client.descriptors()[option].name;
    EXPECT_TRUE(known_.values.contains(client.find("mode")));
    EXPECT_FALSE(known_.values.contains(0)) << "can't be set";
    ASSERT_TRUE(known_.parameters);
    expectTrue();
}

TEST_F(ToldValues, NothingOfItWithoutTheExtension)
{
    auto &client = openTest(false);
    const auto reply = client.set("mode", text("Color"));
    EXPECT_FALSE(reply.news);
    EXPECT_TRUE(reply.descriptors);
}

TEST_F(ToldValues, AReloadBringsWhatChangedAndNoMore)
{
    auto &client = openTest();
    const auto mode = client.find("mode");
    const auto three_pass = client.find("three-pass");
    const auto reply = control({mode, Action::set, ValueType::string, text("Color")});
    EXPECT_NE(reply.info & info_reload_options, 0U);
    ASSERT_TRUE(reply.news);
    EXPECT_LT(reply.news->descriptors.size(), 10U);
    EXPECT_GE(reply.news->descriptors.size(), 1U);
    EXPECT_TRUE(known_.values.contains(three_pass)) << "active now, so its value is told";
    expectTrue();
    // The backend refuses options whose descriptor wasn't read again.
    EXPECT_EQ(control({three_pass, Action::set, ValueType::boolean, words({1})}).outcome.status, Status::good);
    const auto back = control({mode, Action::set, ValueType::string, text("Gray")});
    EXPECT_EQ(back.news->descriptors.size(), 2U) << "three-pass and its order";
    EXPECT_EQ(known_.parameters->format, 0U);
    expectTrue();
}

TEST_F(ToldValues, ASetWithoutConsequencesBringsParametersAlone)
{
    auto &client = openTest();
    const auto resolution = client.find("resolution");
    const auto reply = control({resolution, Action::set, ValueType::fixed, fixed(75)});
    ASSERT_TRUE(reply.news);
    EXPECT_TRUE(reply.news->descriptors.empty());
    EXPECT_TRUE(reply.news->told.values.empty());
    EXPECT_EQ(reply.news->told.status, Status::good);
    expectTrue();
}

TEST_F(ToldValues, OptionsThatChangeSilentlyAreTold)
{
    auto &client = openMoody();
    const auto reply = control({client.find("master"), Action::set, ValueType::integer, words({4})});
    ASSERT_TRUE(reply.news);
    EXPECT_EQ(reply.news->told.values, (std::vector<ToldValue>{{2, ValueType::integer, words({8})},
                                                               {3, ValueType::string, text("master is 4")},
                                                               {6, ValueType::integer, words({0, 0})}}));
    EXPECT_EQ(reply.news->told.parameters.lines, 8);
    ASSERT_EQ(reply.news->descriptors.size(), 1U);
    EXPECT_EQ(reply.news->descriptors[0].option, 6);
    // shy can't be read now, and nothing else changes but what depends on the master.
    const auto odd = control({client.find("master"), Action::set, ValueType::integer, words({1})});
    EXPECT_EQ(odd.news->told.values, (std::vector<ToldValue>{{2, ValueType::integer, words({2})},
                                                             {3, ValueType::string, text("master is 1")},
                                                             {5, ValueType::group, {}}}));
    EXPECT_TRUE(odd.news->descriptors.empty());
}

TEST_F(ToldValues, AValueThatIsNotTheOneThatWasSetIsTold)
{
    auto &client = openMoody();
    const auto lies = client.find("lies");
    const auto reply = control({lies, Action::set, ValueType::integer, words({20})});
    EXPECT_EQ(reply.value, words({20}));
    EXPECT_EQ(known_.values.at(lies), words({21}));
    expectTrue();
}

TEST_F(ToldValues, SensorsAreNeverTold)
{
    auto &client = openMoody();
    EXPECT_FALSE(known_.values.contains(client.find("sensor")));
    control({client.find("master"), Action::set, ValueType::integer, words({4})});
    EXPECT_FALSE(known_.values.contains(client.find("sensor")));
}

TEST_F(ToldValues, WhatWasToldIsToldAgainBehindAScan)
{
    auto &client = openMoody();
    ASSERT_EQ(client.start().outcome.status, Status::good);
    client.abort();
    const auto reply = control({client.find("slave"), Action::set, ValueType::integer, words({3})});
    ASSERT_TRUE(reply.news);
    EXPECT_GE(reply.news->told.values.size(), 4U);
}

// Whatever was set: what a client believes is what the device says.
TEST_F(ToldValues, KnowledgeIsTrueAfterAnything)
{
    const char *const given = std::getenv("NETSANE_TEST_SEED");
    const unsigned seed = given ? static_cast<unsigned>(std::strtoul(given, nullptr, 10)) : std::random_device()();
    RecordProperty("seed", std::to_string(seed));
    SCOPED_TRACE("NETSANE_TEST_SEED=" + std::to_string(seed));
    std::mt19937 random(seed);
    auto &client = openMoody();
    for (int step = 0; step < 2000 && !HasFailure(); ++step) {
        const auto option = static_cast<std::int32_t>(random() % client.descriptors().size());
        const auto descriptor = client.descriptors()[static_cast<std::size_t>(option)];
        ControlOptionRequest request{option, static_cast<Action>(random() % 3), descriptor.type, {}};
        if (descriptor.type == ValueType::string)
            request.value.text = "text " + std::to_string(random() % 3);
        else
            request.value.words.assign(static_cast<std::size_t>(descriptor.size_bytes) / 4, random() % 15);
        control(request);
        if (random() % 20 == 0) {
            client.start();
            client.abort();
            known_ = {};
        }
        if (random() % 5 == 0)
            expectTrue();
    }
}

} // namespace netsane::test
