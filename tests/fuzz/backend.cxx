// The SANE backend as a frontend calls it, against a server that says anything: what a frontend is given is sound,
// whatever came, no call waits longer than it may, and no more memory is needed than is stated.
//
// An input is a text of calls, then what the server does (ScriptedServer.hxx).

#include "protocol/Numbers.hxx"
#include "tests/fuzz/FuzzInput.hxx"
#include "tests/fuzz/MemoryMeter.hxx"
#include "tests/fuzz/Require.hxx"
#include "tests/fuzz/ScriptedServer.hxx"
#include "wire/FrameDecoder.hxx"
#include "wire/MessageReader.hxx"
#include "wire/ProtocolError.hxx"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <sane/sane.h>
#include <string>
#include <vector>

namespace {

using namespace netsane;
using namespace std::chrono_literals;

// doc/hostile-servers.md states the bound; in proportion it holds for what little an input brings, too.
constexpr size_t max_backend_bytes = 160U << 20;
constexpr size_t memory_factor = 64;
constexpr size_t other_bytes = 4U << 20;
// A login has the longest of the deadlines.
constexpr auto max_wait = 61s;
constexpr size_t max_calls = 200;
constexpr size_t max_text_bytes = 2U << 20;

void requireStatus(SANE_Status status)
{
    require(status >= SANE_STATUS_GOOD && status <= SANE_STATUS_ACCESS_DENIED, "a status is one of SANE's");
}

void requireText(const char *text)
{
    require(text != nullptr && std::strlen(text) < max_text_bytes, "a text is one");
}

/// The payload of all replies to READ in what a server has sent, as far as that is made of messages.
std::string imageBytes(const std::string &sent)
{
    std::string result;
    FrameDecoder decoder(limits_after_login);
    decoder.push(std::as_bytes(std::span(sent)));
    try {
        while (const auto message = decoder.next()) {
            MessageReader reader(*message);
            if (message->command == static_cast<std::uint32_t>(Command::read) && reader.readRaw())
                if (const auto data = reader.readRaw())
                    result.append(reinterpret_cast<const char *>(data->data()), data->size());
        }
    } catch (const ProtocolError &) { // the end of what can be read
    }
    return result;
}

void requireConstraint(const SANE_Option_Descriptor &option)
{
    switch (option.constraint_type) {
    case SANE_CONSTRAINT_NONE:
        return;
    case SANE_CONSTRAINT_RANGE:
        return require(option.constraint.range != nullptr && option.type != SANE_TYPE_STRING, "a range is of numbers");
    case SANE_CONSTRAINT_WORD_LIST: {
        SANE_Word sum = 0;
        for (SANE_Word i = 0; i <= option.constraint.word_list[0]; ++i)
            sum ^= option.constraint.word_list[i];
        volatile SANE_Word read = sum;
        (void)read;
        return require(option.type != SANE_TYPE_STRING, "a list of words is of numbers");
    }
    case SANE_CONSTRAINT_STRING_LIST:
        require(option.type == SANE_TYPE_STRING, "a list of strings is of strings");
        for (auto text = option.constraint.string_list; *text != nullptr; ++text)
            require(std::strlen(*text) < static_cast<size_t>(option.size), "a string of the list fits the option");
        return;
    }
    require(false, "a constraint is one of SANE's");
}

void requireOption(const SANE_Option_Descriptor &option)
{
    requireText(option.name);
    requireText(option.title);
    requireText(option.desc);
    require(option.type >= SANE_TYPE_BOOL && option.type <= SANE_TYPE_GROUP, "a type is one of SANE's");
    require(option.unit >= SANE_UNIT_NONE && option.unit <= SANE_UNIT_MICROSECOND, "so is a unit");
    const bool absent = option.size == 0 && !SANE_OPTION_IS_ACTIVE(option.cap);
    require(option.size >= 0 && (absent || option.type > SANE_TYPE_STRING || option.size > 0), "a value has a size");
    require(option.type > SANE_TYPE_FIXED || option.size % static_cast<SANE_Int>(sizeof(SANE_Word)) == 0, "of words");
    requireConstraint(option);
}

class Frontend {
public:
    Frontend(ScriptedServer &server, FuzzInput &calls) : server_(server), calls_(calls) {}
    Frontend(const Frontend &) = delete;
    Frontend &operator=(const Frontend &) = delete;

    void run()
    {
        requireStatus(sane_init(nullptr, [](const char *, char *user, char *password) {
            std::strcpy(user, "alice");
            std::strcpy(password, "sesame");
        }));
        for (size_t i = 0; i < max_calls && !calls_.atEnd(); ++i) {
            server_.noteCall();
            call();
            require(server_.longestWait() <= max_wait, "no call waits longer for a word than its deadline");
        }
        if (handle_ != nullptr)
            sane_close(handle_);
        sane_exit();
    }

    /// As a signal handler does it.
    void cancelFromOutside()
    {
        if (handle_ != nullptr)
            sane_cancel(handle_);
    }

private:
    enum Call {
        List,
        Open,
        Describe,
        Get,
        GetAll,
        Set,
        Parameters,
        Start,
        Read,
        ReadAll,
        Cancel,
        IoMode,
        SelectFd,
        Close,
        count
    };

    void list()
    {
        const SANE_Device **devices = nullptr;
        requireStatus(sane_get_devices(&devices, SANE_FALSE));
        for (auto device = devices; *device != nullptr; ++device)
            for (const auto *const text : {(*device)->name, (*device)->vendor, (*device)->model, (*device)->type})
                requireText(text);
    }

    void open()
    {
        if (handle_ != nullptr)
            return;
        const auto status = sane_open((server_.name() + ":test:0").c_str(), &handle_);
        requireStatus(status);
        require((status == SANE_STATUS_GOOD) == (handle_ != nullptr), "a handle is there if the open was good");
        if (handle_ == nullptr)
            return;
        require(countOptions() > 0, "option 0 is there");
    }

    SANE_Word countOptions()
    {
        SANE_Word number = -1;
        if (sane_control_option(handle_, 0, SANE_ACTION_GET_VALUE, &number, nullptr) != SANE_STATUS_GOOD)
            return 0; // the connection is lost
        require(number > 0 && number <= 4096, "so many options and no more");
        return number;
    }

    void describe()
    {
        const auto number = countOptions();
        for (SANE_Int option = 0; option < number; ++option) {
            const auto *const descriptor = sane_get_option_descriptor(handle_, option);
            require(descriptor != nullptr, "each option has a descriptor");
            requireOption(*descriptor);
        }
        require(number == 0 || sane_get_option_descriptor(handle_, number) == nullptr, "and there are no others");
    }

    void control(SANE_Int option, SANE_Action action, unsigned char fill)
    {
        const auto *const descriptor = sane_get_option_descriptor(handle_, option);
        if (descriptor == nullptr)
            return;
        // a block of exactly this size, so that a sanitizer sees who writes past it
        const auto size = static_cast<size_t>(descriptor->size);
        std::vector<unsigned char> value(size, fill);
        value.shrink_to_fit();
        const auto type = descriptor->type;
        if (type == SANE_TYPE_STRING && size > 0)
            value.back() = 0;
        SANE_Int info = -1;
        const auto status = sane_control_option(handle_, option, action, size == 0 ? nullptr : value.data(), &info);
        requireStatus(status);
        require(status != SANE_STATUS_GOOD ||
                    (info & ~(SANE_INFO_INEXACT | SANE_INFO_RELOAD_OPTIONS | SANE_INFO_RELOAD_PARAMS)) == 0,
                "info has no other bits than SANE's");
        if (status == SANE_STATUS_GOOD && type == SANE_TYPE_STRING && size > 0)
            require(std::memchr(value.data(), 0, size) != nullptr, "a string ends within its size");
    }

    void getAll()
    {
        const auto number = std::min(countOptions(), 64);
        for (SANE_Int option = 0; option < number; ++option)
            control(option, SANE_ACTION_GET_VALUE, 0);
    }

    void parameters()
    {
        SANE_Parameters got{};
        const auto status = sane_get_parameters(handle_, &got);
        requireStatus(status);
        if (status != SANE_STATUS_GOOD)
            return;
        require(got.lines >= -1 && got.bytes_per_line >= 0 && got.pixels_per_line >= 0, "parameters are possible");
        deep_ = got.depth > 8;
    }

    void start()
    {
        // The pause that comes before a second refusal is no wait for the server.
        const auto status = sane_start(handle_);
        requireStatus(status);
        if (status == SANE_STATUS_GOOD)
            parameters();
    }

    SANE_Status read(SANE_Int max_bytes)
    {
        std::vector<SANE_Byte> data(static_cast<size_t>(max_bytes), SANE_Byte{0xa5});
        SANE_Int length = -1;
        const auto status = sane_read(handle_, data.data(), max_bytes, &length);
        requireStatus(status);
        require(length >= 0 && length <= max_bytes, "no more than was asked for");
        require(status == SANE_STATUS_GOOD || length == 0, "data comes with success alone");
        require(status != SANE_STATUS_GOOD || length > 0 || non_blocking_, "and success with data");
        given_bytes_ += static_cast<size_t>(length);
        if (length > 0 && !deep_ && server_.sent().size() < 65536) {
            const auto sent = imageBytes(server_.sent());
            require(sent.find(std::string(data.begin(), data.begin() + length)) != sent.npos,
                    "it is what the server has sent");
        }
        require(given_bytes_ <= server_.sent().size(), "and no more than that");
        return status;
    }

    void call()
    {
        const auto what = static_cast<Call>(calls_.choice(count));
        if (what == List)
            return list();
        if (what == Open)
            return open();
        if (handle_ != nullptr)
            callOpen(what);
    }

    void callOpen(Call what)
    {
        SANE_Int fd = -1;
        switch (what) {
        case Describe:
            return describe();
        case Get:
            return control(calls_.byte(), SANE_ACTION_GET_VALUE, 0);
        case GetAll:
            return getAll();
        case Set: {
            const SANE_Int option = calls_.byte();
            const bool automatic = calls_.flag();
            return control(option, automatic ? SANE_ACTION_SET_AUTO : SANE_ACTION_SET_VALUE, calls_.byte());
        }
        case Parameters:
            return parameters();
        case Start:
            return start();
        case Read:
            read(1 + calls_.byte() * 257);
            return;
        case ReadAll:
            for (size_t i = 0; i < max_calls && read(32768) == SANE_STATUS_GOOD; ++i) {
            }
            return;
        case Cancel:
            return sane_cancel(handle_);
        case IoMode: {
            const bool wanted = calls_.flag();
            const auto status = sane_set_io_mode(handle_, wanted ? SANE_TRUE : SANE_FALSE);
            requireStatus(status);
            non_blocking_ = non_blocking_ || wanted;
            return;
        }
        case SelectFd:
            requireStatus(sane_get_select_fd(handle_, &fd));
            return;
        case Close:
            sane_close(handle_);
            handle_ = nullptr;
            non_blocking_ = false;
            return;
        default:
            return;
        }
    }

    ScriptedServer &server_;
    FuzzInput &calls_;
    SANE_Handle handle_ = nullptr;
    bool non_blocking_ = false;
    bool deep_ = false;
    size_t given_bytes_ = 0;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    auto &server = ScriptedServer::instance();
    FuzzInput input(data, size);
    const std::string text = input.text();
    FuzzInput calls(reinterpret_cast<const uint8_t *>(text.data()), text.size());
    Frontend frontend(server, calls);
    server.play(input, [&frontend] { frontend.cancelFromOutside(); });
    const MemoryMeter memory;
    frontend.run();
    const size_t peak = memory.peakBytes();
    require(peak <= max_backend_bytes, "no more memory than is stated");
    require(peak <= memory_factor * server.sent().size() + other_bytes, "and that in proportion to what has come");
    server.stop();
    return 0;
}
