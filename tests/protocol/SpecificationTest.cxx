// The hex examples of doc/protocol.md, read out of the file: each is one well-formed message, decodes to what the text
// says, and is what the encoders write.

#include "../util/Hex.hxx"
#include "protocol/ConnectionMessages.hxx"
#include "protocol/DeviceMessages.hxx"
#include "wire/FrameDecoder.hxx"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <optional>
#include <sstream>

using namespace netsane;

namespace {

struct Example {
    char sender = 'C'; // or 'S'
    std::string hex;
    int line = 0;
};

bool isHexPair(const std::string &word)
{
    return word.size() == 2 && word.find_first_not_of("0123456789abcdef") == word.npos;
}

// Lines within ``` that begin with hex pairs, perhaps behind "C:" or "S:", which begins another message.
std::vector<Example> readExamples()
{
    std::ifstream file(NETSANE_PROTOCOL_MD);
    EXPECT_TRUE(file) << NETSANE_PROTOCOL_MD;
    std::vector<Example> examples;
    std::string line;
    bool in_block = false;
    bool begins = true;
    for (int number = 1; std::getline(file, line); ++number) {
        if (line.starts_with("```")) {
            in_block = !in_block;
            begins = true;
            continue;
        }
        if (!in_block)
            continue;
        std::istringstream words(line);
        std::string word;
        char sender = 'C';
        std::string hex;
        while (words >> word) {
            if (hex.empty() && (word == "C:" || word == "S:")) {
                sender = word[0];
                begins = true;
            } else if (isHexPair(word)) {
                hex += word;
            } else {
                break;
            }
        }
        if (hex.empty())
            continue;
        if (begins)
            examples.push_back({sender, {}, number});
        begins = false;
        examples.back().hex += hex;
    }
    return examples;
}

void recodeFromClient(MessageView in, ByteBuffer &out)
{
    const auto command = static_cast<Command>(in.command);
    switch (command) {
    case Command::crypt_reply:
        return encodeCryptReply(out, decodeCryptReply(in));
    case Command::user:
        return encodeUser(out, decodeUser(in));
    case Command::pass_reply:
        return encodePass(out, command, decodePass(in));
    case Command::get_devices:
        return encodeBare(out, command);
    case Command::open:
        return encodeOpenRequest(out, decodeOpenRequest(in));
    case Command::control_option:
        return encodeControlOptionRequest(out, decodeHandle(in), decodeControlOptionRequest(in));
    case Command::read:
        return encodeReadRequest(out, decodeHandle(in), decodeReadRequest(in));
    default:
        FAIL() << "an example that this test doesn't know: client's command " << in.command;
    }
}

void recodeFromServer(MessageView in, ByteBuffer &out)
{
    const auto command = static_cast<Command>(in.command);
    switch (command) {
    case Command::hello:
        return encodeHello(out, decodeHello(in));
    case Command::crypt_request:
        return encodeCryptRequest(out, decodeCryptRequest(in));
    case Command::user:
        return encodeUserRequest(out);
    case Command::pass_request:
        return encodePass(out, command, decodePass(in));
    case Command::welcome:
        return encodeWelcome(out, decodeWelcome(in));
    case Command::get_devices:
        return encodeGetDevicesReply(out, decodeGetDevicesReply(in));
    case Command::control_option:
        return encodeControlOptionReply(out, decodeControlOptionReply(in, true, true));
    case Command::read:
        return encodeReadReply(out, decodeReadReply(in));
    default:
        FAIL() << "an example that this test doesn't know: server's command " << in.command;
    }
}

} // namespace

TEST(Specification, ExamplesAreWhatIsSpoken)
{
    const auto examples = readExamples();
    EXPECT_GE(examples.size(), 15u);
    for (const auto &example : examples) {
        SCOPED_TRACE("protocol.md:" + std::to_string(example.line));
        const auto bytes = fromHex(example.hex);
        ByteBuffer out;
        const auto view = viewMessage(bytes, limits_before_login);
        example.sender == 'C' ? recodeFromClient(view, out) : recodeFromServer(view, out);
        EXPECT_EQ(toHex(out.data()), example.hex);
    }
}

TEST(Specification, ExamplesMeanWhatTheTextSays)
{
    std::map<std::string, std::vector<std::byte>> examples; // the first of each sender and command
    for (const auto &example : readExamples()) {
        auto bytes = fromHex(example.hex);
        const auto command = viewMessage(bytes, limits_before_login).command;
        examples.emplace(example.sender + std::to_string(command), std::move(bytes));
    }
    const auto view = [&](const char *key) { return viewMessage(examples.at(key), limits_before_login); };

    const auto hello = decodeHello(view("S1"));
    EXPECT_EQ(hello.text, "netsaned");
    EXPECT_EQ(hello.revision, protocol_revision);
    EXPECT_TRUE(hello.announces(extension_descriptors));
    EXPECT_FALSE(hello.announces(extension_crypt_follows));
    EXPECT_EQ(decodeOpenRequest(view("C20")).device, "test:0");
    EXPECT_EQ(decodeCryptRequest(view("S6")), (std::vector<std::uint32_t>{1, 0}));
    EXPECT_EQ(decodeCryptReply(view("C7")), crypt_method_none);
    EXPECT_EQ(decodeUser(view("C2")), "alice");
    const auto pass = decodePass(view("C4"));
    EXPECT_EQ(pass.method, 1u);
    ASSERT_EQ(pass.fields.size(), 1u);
    EXPECT_EQ(toHex(pass.fields[0]), toHex(toBytes(std::string("secret\0", 7))));
    EXPECT_EQ(decodeWelcome(view("S9")), "alice");
    const auto devices = decodeGetDevicesReply(view("S19"));
    ASSERT_EQ(devices.devices.size(), 1u);
    EXPECT_EQ(devices.devices[0], (DeviceEntry{"test:0", "Noname", "frontend-tester", "virtual device"}));
    const auto control = decodeControlOptionRequest(view("C23"));
    EXPECT_EQ(toHex(decodeHandle(view("C23"))), "aabbccdd");
    EXPECT_EQ(control.option, 4);
    EXPECT_EQ(control.action, Action::set);
    EXPECT_EQ(control.type, ValueType::fixed);
    EXPECT_EQ(control.value.words, std::vector<std::uint32_t>{150U << 16});
    const auto controlled = decodeControlOptionReply(view("S23"), true);
    EXPECT_EQ(controlled.info, info_reload_parameters);
    EXPECT_EQ(controlled.value->words, std::vector<std::uint32_t>{150U << 16});
    EXPECT_FALSE(controlled.news);
    EXPECT_EQ(decodeReadRequest(view("C26")).max_bytes, 65536u);
    EXPECT_EQ(toHex(decodeReadReply(view("S26")).data), "102030");
}

TEST(Specification, TheNewsOfASetAreAsTheTextSays)
{
    std::optional<ControlOptionReply::News> news;
    for (const auto &example : readExamples()) {
        const auto bytes = fromHex(example.hex);
        const auto message = viewMessage(bytes, limits_before_login);
        if (example.sender == 'S' && message.command == static_cast<std::uint32_t>(Command::control_option))
            news = decodeControlOptionReply(message, true, true).news;
    }
    ASSERT_TRUE(news) << "there is no such example";
    EXPECT_TRUE(news->descriptors.empty());
    EXPECT_EQ(news->told, (ToldState{{}, Status::good, {0, true, 472, 472, 590, 8}}));
}

TEST(Specification, TheTranscriptIsWhatWasSaidInClear)
{
    for (const auto &example : readExamples()) {
        const auto bytes = fromHex(example.hex);
        const auto message = viewMessage(bytes, limits_before_login);
        if (message.command != static_cast<std::uint32_t>(Command::hello))
            continue;
        const auto transcript = decodeHello(message).transcript;
        if (!transcript)
            continue;
        ByteBuffer sent;
        encodeHello(sent, {"netsaned", 1, {1, 2, 3}});
        encodeCryptRequest(sent, std::vector<std::uint32_t>{1, 0});
        EXPECT_EQ(toHex(transcript->server_sent), toHex(sent.data()));
        ByteBuffer read;
        encodeHello(read, {"scanimage", 1, {1, 2}});
        encodeCryptReply(read, 1);
        EXPECT_EQ(toHex(transcript->server_read), toHex(read.data()));
        return;
    }
    FAIL() << "there is no such example";
}
