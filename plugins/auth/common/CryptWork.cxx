#include "CryptWork.hxx"

#include <algorithm>

namespace netsane {

const char *CryptWork::hash(const char *phrase, std::string_view setting) noexcept
{
    if (setting.size() > max_stored_form_bytes)
        return nullptr;
    work_->setting[setting.copy(work_->setting, max_stored_form_bytes)] = '\0';
    // what crypt(3) kept of a call before would be taken for initialised
    std::fill_n(reinterpret_cast<unsigned char *>(&work_->data), sizeof work_->data, 0);
    const char *const result = ::crypt_rn(phrase, work_->setting, &work_->data, static_cast<int>(sizeof work_->data));
    return result == nullptr || *result == '*' ? nullptr : result;
}

} // namespace netsane
