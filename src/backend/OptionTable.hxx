// The option descriptors of one handle in the form that SANE frontends hold pointers to.
//
// Owned by a DeviceHandle. Pointers that descriptor() gave stay valid, with all they point to, until the table ends:
// a descriptor that was superseded is kept, and used again if the option becomes the same as before.
#pragma once

#include "protocol/ToldState.hxx"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <sane/sane.h>
#include <vector>

namespace netsane {

class OptionTable {
public:
    static constexpr std::size_t max_options = 4096;
    // Of all copies together; a server that keeps making up new descriptors must not fill the frontend's memory.
    static constexpr std::size_t max_bytes = 32U << 20;

    // What a copy of the descriptor counts for.
    static std::size_t bytesOf(const OptionDescriptor &descriptor) noexcept;

    OptionTable();
    ~OptionTable();

    // Takes the descriptors of all options, option 0 first. The first call sets their number for good; later ones may
    // not bring fewer, and more are ignored. Throws ProtocolError for too many, too much or what isn't sound.
    void update(std::vector<OptionDescriptor> descriptors);

    // Takes those of some options. Throws ProtocolError, also for options that don't exist.
    void change(std::vector<ToldDescriptor> changed);

    std::size_t count() const noexcept { return options_.size(); }

    // Whether replies tell the option's value (protocol.md §7.12).
    bool isTold(SANE_Int option) const noexcept
    {
        return exists(option) && options_[static_cast<std::size_t>(option)].is_told;
    }

    // nullptr if there is no such option.
    const SANE_Option_Descriptor *descriptor(SANE_Int option) const noexcept;

    // The same for the frontend, whose buffer for the value has this size from now on.
    const SANE_Option_Descriptor *handOut(SANE_Int option) noexcept;

    // Bytes of the option's value as the frontend knows it: of the descriptor last handed out, or of the first one.
    SANE_Int knownSize(SANE_Int option) const noexcept;

private:
    struct Copy;
    struct Option {
        std::vector<std::unique_ptr<Copy>> copies;
        const Copy *current = nullptr;
        SANE_Int known_size = 0;
        std::int32_t tellable_bytes = 0; // of the server's descriptor, before anything in it was put right
        bool is_told = false;
    };

    bool exists(SANE_Int option) const noexcept
    {
        return option >= 0 && static_cast<std::size_t>(option) < options_.size();
    }

    void updateOption(Option &option, OptionDescriptor descriptor);
    void chooseTold() noexcept;

    std::vector<Option> options_;
    std::size_t bytes_ = 0;
};

} // namespace netsane
