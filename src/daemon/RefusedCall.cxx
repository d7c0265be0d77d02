#include "daemon/RefusedCall.hxx"

#include "daemon/ChildProcess.hxx"
#include "daemon/IpcMessages.hxx"
#include "util/ByteOrder.hxx"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <string_view>
#include <sys/socket.h>

namespace netsane {

namespace {

constexpr std::size_t integer_bytes = 4;
constexpr std::size_t max_text_bytes = 96; // with its NUL

// encodeIpc(start_failed, text) without memory of the heap, which may be anything by now.
class LastWord {
public:
    LastWord() noexcept
    {
        addInteger(integer_bytes);
        addInteger(static_cast<std::uint32_t>(IpcCommand::start_failed));
        addInteger(0); // the text's length
        text_begin_ = size_;
    }

    void add(std::string_view text) noexcept
    {
        const std::size_t room = max_text_bytes - 1 - (size_ - text_begin_);
        for (const char c : text.substr(0, std::min(text.size(), room)))
            bytes_[size_++] = static_cast<std::byte>(c);
    }

    void send(int fd) noexcept
    {
        bytes_[size_++] = std::byte{0};
        storeBigEndian32(&bytes_[text_begin_ - integer_bytes], static_cast<std::uint32_t>(size_ - text_begin_));
        addInteger(0); // the message's end
        static_cast<void>(::send(fd, bytes_.data(), size_, MSG_DONTWAIT | MSG_NOSIGNAL));
    }

private:
    void addInteger(std::uint32_t value) noexcept
    {
        storeBigEndian32(&bytes_[size_], value);
        size_ += integer_bytes;
    }

    std::array<std::byte, 4 * integer_bytes + max_text_bytes> bytes_{};
    std::size_t size_ = 0;
    std::size_t text_begin_ = 0;
};

} // namespace

void reportRefusedCall(int number, const char *name) noexcept
{
    std::array<char, 16> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    LastWord word;
    word.add("its sandbox has refused the system call ");
    word.add({digits.data(), static_cast<std::size_t>(end - digits.data())});
    word.add(" ");
    word.add(name);
    word.send(child_channel_fd);
}

} // namespace netsane
