#include "tool/info/OptionReport.hxx"

#include "tool/scanner/OptionText.hxx"
#include "util/Printable.hxx"

#include <utility>

namespace netsane {

namespace {

constexpr std::size_t max_text_bytes = 2000;

std::string text(SANE_String_Const string)
{
    return printable(string, max_text_bytes);
}

double numberOf(const SANE_Option_Descriptor &option, SANE_Word word)
{
    return option.type == SANE_TYPE_FIXED ? SANE_UNFIX(word) : word;
}

OptionFacts factsOf(const SANE_Option_Descriptor &option)
{
    OptionFacts facts;
    facts.name = text(option.name);
    facts.title = text(option.title);
    facts.description = text(option.desc);
    facts.type = typeText(option);
    facts.unit = unitText(option);
    facts.allowed = allowedText(option);
    facts.words = allowedWords(option);
    if (option.constraint_type == SANE_CONSTRAINT_RANGE) {
        const auto &range = *option.constraint.range;
        facts.range = {numberOf(option, range.min), numberOf(option, range.max), numberOf(option, range.quant)};
    }
    if (option.type == SANE_TYPE_INT || option.type == SANE_TYPE_FIXED)
        facts.count = static_cast<std::size_t>(option.size) / sizeof(SANE_Word);
    facts.active = isActive(option);
    facts.settable = isSettable(option);
    facts.automatic = (option.cap & SANE_CAP_AUTOMATIC) != 0;
    facts.advanced = (option.cap & SANE_CAP_ADVANCED) != 0;
    return facts;
}

} // namespace

std::vector<OptionGroup> readOptions(ScannerOptions &options)
{
    std::vector<OptionGroup> groups(1);
    for (SANE_Int i = 1; i < options.count(); ++i) {
        const auto *const option = options.at(i);
        if (!option)
            continue;
        if (option->type == SANE_TYPE_GROUP) {
            groups.push_back({text(option->title), {}});
        } else if (option->name && *option->name) {
            auto facts = factsOf(*option);
            facts.value = options.value(i);
            groups.back().options.push_back(std::move(facts));
        }
    }
    std::erase_if(groups, [](const OptionGroup &group) { return group.options.empty(); });
    return groups;
}

} // namespace netsane
