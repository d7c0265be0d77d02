#include "device/ToldValues.hxx"

#include "device/OptionControl.hxx"
#include "device/OptionTable.hxx"

#include <utility>

namespace netsane {

void ToldValues::note(const OptionTable &table, std::int32_t option, const OptionValue &value)
{
    if (table.isTold(option))
        said_.insert_or_assign(option, value);
}

std::vector<ToldValue> ToldValues::takeNews(SANE_Handle handle, const OptionTable &table)
{
    std::vector<ToldValue> news;
    const auto count = static_cast<std::int32_t>(table.all().size());
    for (std::int32_t option = 0; option < count; ++option) {
        const auto &descriptor = *table.find(option);
        auto value = table.isTold(option) ? readOption(handle, option, descriptor) : std::nullopt;
        const auto said = said_.find(option);
        if (!value && said != said_.end()) {
            news.push_back({option, ValueType::group, {}});
            said_.erase(said);
        } else if (value && (said == said_.end() || said->second != *value)) {
            news.push_back({option, descriptor.type, *value});
            said_.insert_or_assign(option, std::move(*value));
        }
    }
    return news;
}

} // namespace netsane
