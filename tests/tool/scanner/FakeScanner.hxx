// A device for tests of commands: options that the test has made, pages of frames that the test has filled in.
#pragma once

#include "tool/scanner/Scanner.hxx"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

namespace netsane {

struct FakeFrame {
    SANE_Parameters parameters{};
    std::vector<SANE_Byte> bytes;
    SANE_Status end = SANE_STATUS_EOF; // behind the bytes
    SANE_Status start = SANE_STATUS_GOOD;
};

class FakeScanner : public Scanner {
public:
    struct Option {
        SANE_Option_Descriptor descriptor{};
        std::vector<std::byte> value;
    };

    FakeScanner() { add("", SANE_TYPE_INT, sizeof(SANE_Word), 0); }

    // size in bytes; word: the first of the value. The reference holds until the next add().
    SANE_Option_Descriptor &add(const char *name, SANE_Value_Type type, SANE_Int size, SANE_Word word)
    {
        Option option;
        option.descriptor.name = option.descriptor.title = option.descriptor.desc = name;
        option.descriptor.type = type;
        option.descriptor.size = size;
        option.descriptor.cap = SANE_CAP_SOFT_SELECT | SANE_CAP_SOFT_DETECT;
        option.value.resize(static_cast<std::size_t>(size));
        if (option.value.size() >= sizeof word)
            std::memcpy(option.value.data(), &word, sizeof word);
        options.push_back(option);
        const auto count = static_cast<SANE_Word>(options.size());
        std::memcpy(options[0].value.data(), &count, sizeof count);
        return options.back().descriptor;
    }

    SANE_Word word(std::size_t number) const
    {
        SANE_Word value = 0;
        std::memcpy(&value, options[number].value.data(), sizeof value);
        return value;
    }

    const SANE_Option_Descriptor *descriptor(SANE_Int option) override
    {
        return option >= 0 && static_cast<std::size_t>(option) < options.size()
                   ? &options[static_cast<std::size_t>(option)].descriptor
                   : nullptr;
    }
    SANE_Status control(SANE_Int option, SANE_Action action, void *value, SANE_Int *info) override
    {
        auto &chosen = options[static_cast<std::size_t>(option)];
        if (info)
            *info = 0;
        if (action == SANE_ACTION_GET_VALUE) {
            std::memcpy(value, chosen.value.data(), chosen.value.size());
            return SANE_STATUS_GOOD;
        }
        order.emplace_back(chosen.descriptor.name);
        if (action == SANE_ACTION_SET_VALUE && value)
            std::memcpy(chosen.value.data(), value, chosen.value.size());
        if (on_set)
            on_set(order.back());
        return SANE_STATUS_GOOD;
    }
    SANE_Status parameters(SANE_Parameters &parameters) override
    {
        parameters = frames[frame_ - 1].parameters;
        return SANE_STATUS_GOOD;
    }
    SANE_Status start() override
    {
        if (frame_ == frames.size())
            return SANE_STATUS_NO_DOCS;
        read_ = 0;
        return frames[frame_++].start;
    }
    SANE_Status read(std::span<SANE_Byte> space, SANE_Int &length) override
    {
        const auto &frame = frames[frame_ - 1];
        const auto count = std::min({space.size(), max_read, frame.bytes.size() - read_});
        std::copy_n(frame.bytes.begin() + static_cast<std::ptrdiff_t>(read_), count, space.begin());
        read_ += count;
        length = static_cast<SANE_Int>(count);
        if (on_read)
            on_read();
        return count == 0 ? frame.end : SANE_STATUS_GOOD;
    }
    void cancel() noexcept override { ++cancels; }

    std::vector<Option> options;
    std::vector<FakeFrame> frames;
    std::vector<std::string> order; // of options that were set
    std::function<void(const std::string &)> on_set;
    std::function<void()> on_read;
    std::size_t max_read = 1U << 20;
    int cancels = 0;

private:
    std::size_t frame_ = 0;
    std::size_t read_ = 0;
};

} // namespace netsane
