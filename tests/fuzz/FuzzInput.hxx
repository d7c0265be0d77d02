// The bytes of an input, taken from the front as values. Where they end everything is 0 or empty, so that any bytes are
// an input. A view: the bytes must outlive it.
//
// The encoding is as plain as can be, for make_corpus.py writes it too: a byte; a text as a length byte and its bytes,
// where the length 255 stands for a length in the next two bytes, the more significant first; fields as a count byte
// and texts.

#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace netsane {

class FuzzInput {
public:
    FuzzInput(const uint8_t *data, size_t size) : rest_(data, size) {}

    bool atEnd() const { return rest_.empty(); }

    uint8_t byte()
    {
        if (rest_.empty())
            return 0;
        const uint8_t value = rest_.front();
        rest_ = rest_.subspan(1);
        return value;
    }

    /// 0 to count - 1; count is 1 to 256.
    size_t choice(size_t count) { return byte() % count; }

    bool flag() { return (byte() & 1U) != 0; }

    /// At most 65535 bytes, any of them.
    std::string text()
    {
        size_t size = byte();
        if (size == long_text) {
            size = size_t{byte()} << 8U;
            size |= byte();
        }
        const auto bytes = rest_.first(std::min(size, rest_.size()));
        rest_ = rest_.subspan(bytes.size());
        return {bytes.begin(), bytes.end()};
    }

    /// The same, up to a NUL in it: what a person can type.
    std::string typedText()
    {
        std::string typed = text();
        typed.resize(std::min(typed.find('\0'), typed.size()));
        return typed;
    }

    /// At most 255 fields; fewer where the input ends.
    std::vector<std::vector<std::byte>> fields()
    {
        std::vector<std::vector<std::byte>> result;
        for (size_t count = byte(); count > 0 && !atEnd(); --count)
            result.push_back(field());
        return result;
    }

    std::vector<std::byte> field()
    {
        const std::string bytes = text();
        const auto view = std::as_bytes(std::span(bytes));
        return {view.begin(), view.end()};
    }

private:
    static constexpr size_t long_text = 255;

    std::span<const uint8_t> rest_;
};

} // namespace netsane
