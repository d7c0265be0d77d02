#include "daemon/HotplugSource.hxx"

namespace netsane {

std::unique_ptr<HotplugSource> openHotplugSource() noexcept
{
    return nullptr;
}

} // namespace netsane
