// libnetsane as a program uses it, against a server that says anything: what netsane_scanf converts is what stands in
// the reply, field for field, and never more than there is room for; what netsane_printf writes is what the server
// hears.
//
// An input is a text of calls, then what the server does (ScriptedServer.hxx).

#include "client/MessageFormat.hxx"
#include "netsane/client.h"
#include "protocol/Numbers.hxx"
#include "tests/fuzz/FuzzInput.hxx"
#include "tests/fuzz/MemoryMeter.hxx"
#include "tests/fuzz/Require.hxx"
#include "tests/fuzz/ScriptedServer.hxx"
#include "wire/FrameDecoder.hxx"
#include "wire/MessageReader.hxx"
#include "wire/ProtocolError.hxx"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

namespace {

using namespace netsane;
using Fields = std::vector<std::string>;

constexpr auto max_wait = std::chrono::seconds(61);
constexpr size_t max_calls = 100;
// Two buffers of the transport, and the copy in this target.
constexpr size_t memory_factor = 24;
constexpr size_t other_bytes = 4U << 20;

std::string bigEndian(std::uint32_t value)
{
    std::string text(4, '\0');
    for (size_t i = 0; i < 4; ++i)
        text[i] = static_cast<char>(value >> (24 - 8 * i));
    return text;
}

std::string encoded(const Fields &fields)
{
    std::string message;
    for (const auto &field : fields)
        if (!field.empty())
            message += bigEndian(static_cast<std::uint32_t>(field.size())) + field;
    return message + bigEndian(0);
}

/// The requests or replies in a stream, with their commands, as far as there are whole ones.
std::vector<Fields> requestsIn(const std::string &stream)
{
    std::vector<Fields> found;
    FrameDecoder decoder(limits_after_login);
    decoder.push(std::as_bytes(std::span(stream)));
    try {
        while (const auto message = decoder.next()) {
            if (!isRequest(static_cast<Command>(message->command)))
                continue;
            auto &fields = found.emplace_back(Fields{bigEndian(message->command)});
            MessageReader reader(*message);
            while (const auto field = reader.readRaw())
                fields.emplace_back(reinterpret_cast<const char *>(field->data()), field->size());
        }
    } catch (const ProtocolError &) { // the end of what can be read
    }
    return found;
}

void checkFormat(const std::string &text)
{
    const auto parsed = MessageFormat::parse(text.c_str());
    if (!parsed)
        return;
    std::string again;
    constexpr const char *names[] = {"%d", "%s", "%*c", "%*d"};
    for (const auto conversion : parsed->conversions())
        again += names[static_cast<size_t>(conversion)];
    again += parsed->endsMessage() ? "\n" : "";
    std::string without_blanks(text.c_str());
    std::erase(without_blanks, ' ');
    require(again == without_blanks, "a format is its conversions");
}

class Program {
public:
    Program(ScriptedServer &server, FuzzInput &calls) : server_(server), calls_(calls) {}
    Program(const Program &) = delete;
    Program &operator=(const Program &) = delete;

    void run()
    {
        char error[300];
        connection_ = netsane_connect(server_.name().c_str(), nullptr, error, sizeof error);
        require(connection_ != nullptr || (error[0] != '\0' && std::strlen(error) < sizeof error),
                "no connection has a reason");
        for (size_t i = 0; i < max_calls && connection_ != nullptr && !calls_.atEnd(); ++i) {
            server_.noteCall();
            call();
            require(server_.longestWait() <= max_wait, "no call waits longer for a word than its deadline");
        }
        netsane_close(connection_);
    }

    void wake() { netsane_wake(connection_); }

private:
    enum Call {
        Request,
        PrintInteger,
        PrintString,
        PrintOpaque,
        PrintList,
        PrintEnd,
        ScanInteger,
        ScanString,
        ScanOpaque,
        ScanList,
        ScanEnd,
        ScanReply,
        Flush,
        Format,
        count
    };

    // ---- writing

    void printed(int result, const std::string &field)
    {
        require(result == 1 || result == -1, "one field is written, or none");
        if (result == 1)
            draft_.push_back(field);
        else
            draft_.clear();
    }

    void endMessage(int result)
    {
        require(result == 0 || result == -1, "an end is no field");
        if (result == 0)
            expected_ += encoded(draft_);
        draft_.clear();
        require(result == 0 || netsane_error(connection_)[0] != '\0', "a failure has a reason");
    }

    void print(Call what)
    {
        const std::string text = calls_.text();
        const std::string typed = text.substr(0, text.find('\0'));
        std::vector<std::int32_t> list;
        std::string list_bytes;
        switch (what) {
        case PrintInteger: {
            const auto number = static_cast<std::int32_t>(text.size() * 0x01000193U);
            return printed(netsane_printf(connection_, "%d", number), bigEndian(static_cast<std::uint32_t>(number)));
        }
        case PrintString:
            return printed(netsane_printf(connection_, "%s", typed.c_str()), typed + '\0');
        case PrintOpaque:
            return printed(netsane_printf(connection_, "%*c", text.size(), text.data()), text);
        default:
            for (const char c : text) {
                list.push_back(c);
                list_bytes += bigEndian(static_cast<std::uint32_t>(list.back()));
            }
            return printed(netsane_printf(connection_, "%*d", list.size(), list.data()), list_bytes);
        }
    }

    void checkHeard()
    {
        if (netsane_flush(connection_) != 0)
            return;
        std::string heard;
        for (const auto &fields : requestsIn(server_.heard()))
            heard += encoded(fields);
        require(expected_.starts_with(heard), "the server hears what was written");
    }

    // ---- reading

    /// The field that is next, or nullptr.
    const std::string *nextField()
    {
        replies_ = requestsIn(server_.sent());
        return reply_ < replies_.size() && field_ < replies_[reply_].size() ? &replies_[reply_][field_] : nullptr;
    }

    void scanned(int result, const char *data, size_t size)
    {
        require(result >= -1 && result <= 1, "one field is converted, or none");
        const auto *const expected = nextField();
        if (result == 1) {
            require(expected != nullptr && *expected == std::string(data, size), "it is the field of the reply");
            ++field_;
        } else if (result == 0) {
            require(expected == nullptr, "all fields of a reply can be read");
        } else {
            require(netsane_error(connection_)[0] != '\0', "a failure has a reason");
        }
    }

    void endReply()
    {
        if (netsane_scanf(connection_, "\n") != 0)
            return;
        ++reply_;
        field_ = 0;
    }

    void scan(Call what)
    {
        if (what == ScanInteger) {
            std::int32_t number = 0;
            const int result = netsane_scanf(connection_, "%d", &number);
            const auto bytes = bigEndian(static_cast<std::uint32_t>(number));
            return scanned(result, bytes.data(), bytes.size());
        }
        if (what == ScanString) {
            const char *text = nullptr;
            const int result = netsane_scanf(connection_, "%s", &text);
            return scanned(result, text, text == nullptr ? 0 : std::strlen(text) + 1);
        }
        const size_t room = calls_.byte() * size_t{4};
        size_t size = room;
        std::vector<char> space(room + 1); // one that is empty has no address
        if (what == ScanOpaque) {
            const int result = netsane_scanf(connection_, "%*c", &size, space.data());
            require(result != 1 || size <= room, "no more than there is room for");
            return scanned(result, space.data(), size);
        }
        std::vector<std::int32_t> words(room / 4 + 1);
        size = room / 4;
        const int result = netsane_scanf(connection_, "%*d", &size, words.data());
        require(result != 1 || size <= room / 4, "no more than there is room for");
        std::string bytes;
        for (size_t i = 0; result == 1 && i < size; ++i)
            bytes += bigEndian(static_cast<std::uint32_t>(words[i]));
        scanned(result, bytes.data(), bytes.size());
    }

    void call()
    {
        const auto what = static_cast<Call>(calls_.choice(count));
        if (what == Request) {
            const auto command = static_cast<std::int32_t>(16 + calls_.choice(14));
            printed(netsane_printf(connection_, "%d", command), bigEndian(static_cast<std::uint32_t>(command)));
            endMessage(netsane_printf(connection_, "\n"));
        } else if (what <= PrintList) {
            print(what);
        } else if (what == PrintEnd) {
            endMessage(netsane_printf(connection_, "\n"));
        } else if (what <= ScanList) {
            scan(what);
        } else if (what == ScanEnd) {
            endReply();
        } else if (what == ScanReply) {
            for (size_t i = 0; i < max_calls && (field_ == 0 || nextField() != nullptr); ++i) {
                const size_t before = field_;
                for (const auto type : {ScanInteger, ScanString, ScanOpaque})
                    if (field_ == before)
                        scan(type);
                if (field_ == before)
                    return;
            }
        } else if (what == Flush) {
            checkHeard();
        } else {
            checkFormat(calls_.typedText());
        }
    }

    ScriptedServer &server_;
    FuzzInput &calls_;
    netsane_connection *connection_ = nullptr;
    Fields draft_;
    std::string expected_; // that the server hears
    std::vector<Fields> replies_;
    size_t reply_ = 0;
    size_t field_ = 0;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto &server = ScriptedServer::instance();
    FuzzInput input(data, size);
    const std::string text = input.text();
    FuzzInput calls(reinterpret_cast<const uint8_t *>(text.data()), text.size());
    Program program(server, calls);
    server.play(input, [&program] { program.wake(); });
    const MemoryMeter memory;
    program.run();
    require(memory.peakBytes() <= memory_factor * (server.sent().size() + size) + other_bytes,
            "memory in proportion to what has come and what was written");
    server.stop();
    return 0;
}
