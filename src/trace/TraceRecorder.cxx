#include "trace/TraceRecorder.hxx"

#include "os/Error.hxx"
#include "util/ByteOrder.hxx"

#include <cerrno>
#include <exception>
#include <stdexcept>
#include <unistd.h>
#include <utility>

namespace netsane {

namespace {

constexpr std::size_t length_bytes = 4;
constexpr std::size_t note_bytes = 128; // kept free for the last word

Speaker otherThan(Speaker speaker)
{
    return speaker == Speaker::client ? Speaker::server : Speaker::client;
}

} // namespace

TraceRecorder::TraceRecorder(UniqueFd file, std::uint64_t max_bytes, TraceHeader header, OnProblem on_problem)
    : file_(std::move(file)), max_bytes_(max_bytes), own_(header.recorder), on_problem_(std::move(on_problem))
{
    header.begin =
        std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
    record([&] { encodeTraceHeader(buffer_, header); });
}

TraceRecorder::~TraceRecorder()
{
    record([this] { encodeTraceNote(buffer_, now(), "the end of the connection"); });
}

TraceTime TraceRecorder::now() const noexcept
{
    return std::chrono::duration_cast<TraceTime>(std::chrono::steady_clock::now() - begin_);
}

// The one place where what goes wrong here ends.
template<typename Record>
void TraceRecorder::record(const Record &record) noexcept
{
    if (!file_)
        return;
    try {
        record();
        write();
    } catch (const std::exception &error) {
        stop(error.what());
    } catch (...) {
        stop("an exception was thrown");
    }
}

void TraceRecorder::write()
{
    if (written_bytes_ + buffer_.size() + note_bytes > max_bytes_) {
        buffer_.clear();
        encodeTraceNote(buffer_, now(), "the recording ends here: its limit is reached");
        [[maybe_unused]] const auto ignored = ::write(file_.get(), buffer_.data().data(), buffer_.size());
        return stop("its limit of " + std::to_string(max_bytes_) + " bytes is reached");
    }
    while (!buffer_.empty()) {
        const auto written = ::write(file_.get(), buffer_.data().data(), buffer_.size());
        if (written < 0 && errno != EINTR)
            throwErrno("can't write it");
        if (written > 0) {
            buffer_.consume(static_cast<std::size_t>(written));
            written_bytes_ += static_cast<std::uint64_t>(written);
        }
    }
}

void TraceRecorder::stop(const std::string &reason) noexcept
{
    file_.reset();
    buffer_.clear();
    try {
        if (on_problem_)
            on_problem_(reason);
    } catch (...) { // NOLINT(bugprone-empty-catch): nobody can be told
    }
}

void TraceRecorder::sent(std::span<const std::byte> messages) noexcept
{
    add(own_, messages);
}

void TraceRecorder::received(std::span<const std::byte> message) noexcept
{
    add(otherThan(own_), message);
}

void TraceRecorder::switched(bool encrypted) noexcept
{
    conversation_.switched();
    record([&] { encodeTraceSwitch(buffer_, now(), encrypted); });
}

// Whole messages, whose framing is right: each is made by this process, or was looked at by a decoder.
void TraceRecorder::add(Speaker speaker, std::span<const std::byte> messages) noexcept
{
    record([&] {
        while (!messages.empty()) {
            std::size_t end = 0;
            for (std::uint32_t length = 1; length != 0; end += length_bytes + length) {
                if (messages.size() - end < length_bytes)
                    throw std::runtime_error("what was sent is no whole message");
                length = loadBigEndian32(messages.data() + end);
                if (length > messages.size() - end - length_bytes)
                    throw std::runtime_error("what was sent is no whole message");
            }
            addMessage(speaker, messages.first(end));
            messages = messages.subspan(end);
        }
    });
}

void TraceRecorder::addMessage(Speaker speaker, std::span<const std::byte> message)
{
    if (message.size() < 3 * length_bytes || loadBigEndian32(message.data()) != length_bytes)
        throw std::runtime_error("what was sent has no command");
    const auto command = loadBigEndian32(message.data() + length_bytes);
    std::vector<FieldBytes> fields;
    for (std::size_t at = 2 * length_bytes; at + length_bytes < message.size();) {
        const std::size_t length = loadBigEndian32(message.data() + at);
        if (fields.size() == max_trace_fields)
            throw std::runtime_error("a message has more fields than can be recorded");
        fields.push_back({message.subspan(at + length_bytes, length), length, true});
        at += length_bytes + length;
    }
    encodeTraceMessage(buffer_, now(), speaker, command, conversation_.next(speaker, command, fields));
}

} // namespace netsane
