#include "backend/OptionTable.hxx"

#include "backend/SoundOption.hxx"
#include "wire/ProtocolError.hxx"

#include <algorithm>
#include <string>
#include <utility>

namespace netsane {

struct OptionTable::Copy {
    explicit Copy(OptionDescriptor descriptor);

    OptionDescriptor source; // holds the strings
    std::vector<SANE_Word> words;
    std::vector<SANE_String_Const> strings;
    SANE_Range range{};
    SANE_Option_Descriptor sane{};
};

std::size_t OptionTable::bytesOf(const OptionDescriptor &descriptor) noexcept
{
    std::size_t bytes = 512 + descriptor.name.size() + descriptor.title.size() + descriptor.description.size() +
                        descriptor.words.size() * 8;
    for (const auto &string : descriptor.strings)
        bytes += 64 + string.size();
    return bytes;
}

OptionTable::Copy::Copy(OptionDescriptor descriptor) : source(std::move(descriptor))
{
    sane.name = source.name.c_str();
    sane.title = source.title.c_str();
    sane.desc = source.description.c_str();
    sane.type = static_cast<SANE_Value_Type>(source.type);
    sane.unit = static_cast<SANE_Unit>(source.unit);
    sane.size = source.size_bytes;
    sane.cap = static_cast<SANE_Int>(source.capabilities);
    sane.constraint_type = static_cast<SANE_Constraint_Type>(source.constraint_type);
    switch (source.constraint_type) {
    case ConstraintType::none:
        break;
    case ConstraintType::range:
        range = {source.range_min, source.range_max, source.range_quant};
        sane.constraint.range = &range;
        break;
    case ConstraintType::word_list:
        words.push_back(static_cast<SANE_Word>(source.words.size()));
        for (const auto word : source.words)
            words.push_back(static_cast<SANE_Word>(word));
        sane.constraint.word_list = words.data();
        break;
    case ConstraintType::string_list:
        for (const auto &string : source.strings)
            strings.push_back(string.c_str());
        strings.push_back(nullptr);
        sane.constraint.string_list = strings.data();
        break;
    }
}

OptionTable::OptionTable() = default;
OptionTable::~OptionTable() = default;

void OptionTable::updateOption(Option &option, OptionDescriptor descriptor)
{
    option.tellable_bytes = tellableBytes(descriptor);
    makeSound(descriptor);
    if (option.current && option.current->source == descriptor)
        return;
    const auto known = std::find_if(option.copies.begin(), option.copies.end(),
                                    [&descriptor](const auto &copy) { return copy->source == descriptor; });
    if (known != option.copies.end()) {
        option.current = known->get();
        return;
    }
    bytes_ += bytesOf(descriptor);
    if (bytes_ > max_bytes)
        throw ProtocolError("option descriptors of more than 32 MiB");
    option.copies.push_back(std::make_unique<Copy>(std::move(descriptor)));
    option.current = option.copies.back().get();
}

void OptionTable::update(std::vector<OptionDescriptor> descriptors)
{
    if (descriptors.empty() || descriptors.size() > max_options)
        throw ProtocolError(std::to_string(descriptors.size()) + " options");
    checkNumberOption(descriptors[0]);
    const bool first = options_.empty();
    if (first)
        options_.resize(descriptors.size());
    if (descriptors.size() < options_.size())
        throw ProtocolError("the number of options shrank");
    for (std::size_t i = 0; i < options_.size(); ++i)
        updateOption(options_[i], std::move(descriptors[i]));
    chooseTold();
    // A frontend that never asks can only know what the device was opened with.
    if (first)
        for (auto &option : options_)
            option.known_size = option.current->sane.size;
}

void OptionTable::change(std::vector<ToldDescriptor> changed)
{
    for (auto &[option, descriptor] : changed) {
        if (!exists(option))
            throw ProtocolError("descriptor of option " + std::to_string(option) + ", which doesn't exist");
        if (option == 0)
            checkNumberOption(descriptor);
        updateOption(options_[static_cast<std::size_t>(option)], std::move(descriptor));
    }
    chooseTold();
}

void OptionTable::chooseTold() noexcept
{
    ToldOptions told;
    for (auto &option : options_)
        option.is_told = told.take(option.tellable_bytes);
}

const SANE_Option_Descriptor *OptionTable::descriptor(SANE_Int option) const noexcept
{
    return exists(option) ? &options_[static_cast<std::size_t>(option)].current->sane : nullptr;
}

const SANE_Option_Descriptor *OptionTable::handOut(SANE_Int option) noexcept
{
    const auto *const result = descriptor(option);
    if (result)
        options_[static_cast<std::size_t>(option)].known_size = result->size;
    return result;
}

SANE_Int OptionTable::knownSize(SANE_Int option) const noexcept
{
    return exists(option) ? options_[static_cast<std::size_t>(option)].known_size : 0;
}

} // namespace netsane
