#include "tests/trace/TraceTest.hxx"
#include "wire/FrameEncoder.hxx"

#include <fcntl.h>

namespace netsane {

namespace {

class TraceRecorder_ : public TraceTest {};

OptionDescriptor textOption(std::vector<std::string> texts)
{
    OptionDescriptor descriptor;
    descriptor.name = "mode";
    descriptor.type = ValueType::string;
    descriptor.size_bytes = 32;
    descriptor.constraint_type = texts.empty() ? ConstraintType::none : ConstraintType::string_list;
    descriptor.strings = std::move(texts);
    return descriptor;
}

std::vector<std::byte> field(std::string_view text)
{
    const auto bytes = bytesOf(text);
    return {bytes.begin(), bytes.end()};
}

} // namespace

TEST_F(TraceRecorder_, NamesFieldsAsTheSpecification)
{
    encodeHello(server(), {"greeting", 1, {1, 2}});
    say();
    encodeOpenRequest(client(), {"test:0"});
    encodeBare(client(), Command::init);
    say();
    const auto text = shown(file());
    EXPECT_NE(text.find("HELO"), text.npos) << text;
    EXPECT_NE(text.find("text=\"greeting\" revision=1 extensions={1 2}"), text.npos) << text;
    EXPECT_NE(text.find("OPEN           23 device=\"test:0\""), text.npos) << text;
    EXPECT_EQ(text.find("ERROR"), text.npos) << text;
}

TEST_F(TraceRecorder_, HasNothingOfALogin)
{
    encodeUser(client(), "NameOfUser");
    encodePass(client(), Command::pass_reply, {1, {field("PassWord1"), field("PassWord2")}});
    encodePass(server(), Command::pass_request, {0x8001, {field("Challenge1"), field("Challenge2")}});
    FrameEncoder(client(), static_cast<std::uint32_t>(Command::pass_reply)).opaque(field("Key4")).end();
    encodeWelcome(server(), "NameOfUser");
    say();
    const auto bytes = file();
    for (const char *const secret : {"NameOfUser", "PassWord", "Challenge", "Key4"})
        EXPECT_EQ(bytes.find(secret), bytes.npos) << secret;
    const auto text = shown(bytes);
    EXPECT_NE(text.find("method=1 answer=<9 bytes> answer=<9 bytes>"), text.npos) << text;
    EXPECT_NE(text.find("method=32769 question=<10 bytes> question=<10 bytes>"), text.npos) << text;
}

TEST_F(TraceRecorder_, HasNothingThatItDoesNotKnow)
{
    FrameEncoder(client(), 99).string("Unknown").end();
    FrameEncoder(client(), 1).string("hello").integer(1U).integer(7U).string("Behind").end();
    FrameEncoder(client(), 20).string(std::string("device")).string("Behind").end();
    FrameEncoder(client(), 20).opaque(field("NoString")).end();
    FrameEncoder(client(), 22).opaque(field(std::string(65, 'H'))).integer(1U).end();
    say();
    const auto bytes = file();
    for (const char *const text : {"Unknown", "Behind", "NoString", "HHHH"})
        EXPECT_EQ(bytes.find(text), bytes.npos) << text;
    EXPECT_NE(shown(bytes).find("command 99"), std::string::npos);
}

TEST_F(TraceRecorder_, HasNoImage)
{
    encodeReadReply(server(), {{}, bytesOf("ImageData")});
    say();
    EXPECT_EQ(file().find("ImageData"), std::string::npos);
    EXPECT_NE(shown(file()).find("data=<9 bytes>"), std::string::npos);
}

TEST_F(TraceRecorder_, TellsATextThatADescriptorHasToldAndNoOther)
{
    const std::byte handle[] = {std::byte{1}};
    encodeHello(client(), {"client", 1, {2, 4}});
    encodeOpenRequest(client(), {"test:0"});
    say();
    OpenReply reply;
    reply.handle = {std::byte{1}};
    reply.descriptors = {textOption({"Colour", "Gray"}), textOption({})};
    reply.told = ToldState{
        {{0, ValueType::string, {{}, "Gray"}}, {1, ValueType::string, {{}, "StoredPin"}}}, Status::unsupported, {}};
    encodeOpenReply(server(), reply);
    say();
    encodeControlOptionRequest(client(), handle, {0, Action::set, ValueType::string, {{}, "Colour"}});
    encodeControlOptionRequest(client(), handle, {1, Action::set, ValueType::string, {{}, "TypedPin"}});
    say();
    const auto bytes = file();
    EXPECT_EQ(bytes.find("TypedPin"), bytes.npos);
    EXPECT_EQ(bytes.find("StoredPin"), bytes.npos);
    const auto text = shown(bytes);
    EXPECT_NE(text.find("option=0 action=set type=STRING value=\"Colour\""), text.npos) << text;
    EXPECT_NE(text.find("option=1 action=set type=STRING value=<9 bytes>"), text.npos) << text;
    EXPECT_NE(text.find("value[0].value=\"Gray\""), text.npos) << text;
    EXPECT_NE(text.find("value[1].value=<10 bytes> parameters=UNSUPPORTED"), text.npos) << text;
}

TEST_F(TraceRecorder_, AFileOfACrashIsReadableUpToThere)
{
    encodeBare(client(), Command::init);
    say();
    const auto bytes = file(); // without the note of an end
    EXPECT_EQ(shown(bytes).find("ERROR"), std::string::npos);
    recorder_.reset();
    EXPECT_NE(shown(file()).find("-- the end of the connection"), std::string::npos);
}

TEST_F(TraceRecorder_, EndsAtItsLimitAndSaysSoOnce)
{
    ASSERT_EQ(::ftruncate(file_.get(), 0), 0);
    ::lseek(file_.get(), 0, SEEK_SET);
    recorder_.reset();
    ASSERT_EQ(::ftruncate(file_.get(), 0), 0);
    ::lseek(file_.get(), 0, SEEK_SET);
    start(4096);
    for (int i = 0; i < 1000; ++i) {
        encodeOpenRequest(client(), {"a device with a name"});
        say();
    }
    EXPECT_EQ(problems_, std::vector<std::string>{"its limit of 4096 bytes is reached"});
    EXPECT_LE(file().size(), 4096U);
    const auto text = shown(file());
    EXPECT_NE(text.find("-- the recording ends here: its limit is reached\n"), text.npos) << text;
    EXPECT_EQ(text.find("ERROR"), text.npos);
}

TEST_F(TraceRecorder_, AFullDiskEndsTheRecordingAlone)
{
    std::string problem;
    TraceRecorder full(UniqueFd(::open("/dev/full", O_WRONLY | O_CLOEXEC)), 1 << 20, TraceHeader{},
                       [&](const std::string &reason) { problem = reason; });
    EXPECT_NE(problem.find("No space left"), problem.npos) << problem;
    encodeBare(client(), Command::init);
    full.sent(client().data());
}

} // namespace netsane
