#include "backend/KnownState.hxx"

#include "backend/ParameterCheck.hxx"

namespace netsane {

void KnownState::dropOld() noexcept
{
    if (std::exchange(era_, link_.era()) != link_.era())
        clear();
}

void KnownState::clear() noexcept
{
    values_.clear();
    parameters_.reset();
}

const OptionValue *KnownState::value(SANE_Int option)
{
    dropOld();
    const auto found = values_.find(option);
    return found == values_.end() ? nullptr : &found->second;
}

void KnownState::keepValue(SANE_Int option, OptionValue value, DeviceLink::Era era)
{
    dropOld();
    if (era == era_)
        values_.insert_or_assign(option, std::move(value));
}

std::optional<Parameters> KnownState::parameters()
{
    dropOld();
    return parameters_;
}

void KnownState::keepParameters(const Parameters &parameters, DeviceLink::Era era)
{
    dropOld();
    parameters_.reset();
    if (era == era_ && !faultOf(parameters))
        parameters_ = parameters;
}

} // namespace netsane
