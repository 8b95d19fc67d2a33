// Result<T, E>: a value or a named error, for failures that are expected (bytes, disk, network).
//
// What: a [[nodiscard]] sum of T and a small enum E, without exceptions or heap; GAVEL_TRY passes
// an error to the caller. Why: libstdc++ 12's std::expected lacks the monadic calls, and the guest
// has neither exceptions nor a second chance; one small type serves both machines. Invariant:
// exactly one of value and error is alive; asking for the other fails a check.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

#include "base/check.hpp"

namespace gavel::base {

// An error on its way into some Result<T, E>.
template <class E>
struct [[nodiscard]] Err {
  E error;
};
template <class E>
Err(E) -> Err<E>;

template <class T, class E>
class [[nodiscard]] Result {
  static_assert(!std::is_reference_v<T> && !std::is_same_v<T, E>);

 public:
  using Value = T;
  using Error = E;

  constexpr Result(T value) : value_(std::move(value)), ok_(true) {}  // NOLINT
  constexpr Result(E error)                                           // NOLINT
    requires(!std::is_convertible_v<E, T>)
      : error_(std::move(error)), ok_(false) {}
  template <class F>
    requires std::is_convertible_v<F, E>
  constexpr Result(Err<F> err) : error_(std::move(err.error)), ok_(false) {}  // NOLINT

  constexpr Result(const Result&)
    requires(std::is_trivially_copy_constructible_v<T> && std::is_trivially_copy_constructible_v<E>)
  = default;
  constexpr Result(const Result& other) : ok_(other.ok_) {
    if (ok_) {
      std::construct_at(std::addressof(value_), other.value_);
    } else {
      std::construct_at(std::addressof(error_), other.error_);
    }
  }
  constexpr Result(Result&&)
    requires(std::is_trivially_move_constructible_v<T> && std::is_trivially_move_constructible_v<E>)
  = default;
  constexpr Result(Result&& other) noexcept : ok_(other.ok_) {
    if (ok_) {
      std::construct_at(std::addressof(value_), std::move(other.value_));
    } else {
      std::construct_at(std::addressof(error_), std::move(other.error_));
    }
  }
  constexpr Result& operator=(const Result& other) {
    if (this != &other) {
      std::destroy_at(this);
      std::construct_at(this, other);
    }
    return *this;
  }
  constexpr Result& operator=(Result&& other) noexcept {
    if (this != &other) {
      std::destroy_at(this);
      std::construct_at(this, std::move(other));
    }
    return *this;
  }
  constexpr ~Result()
    requires(std::is_trivially_destructible_v<T> && std::is_trivially_destructible_v<E>)
  = default;
  constexpr ~Result() {
    if (ok_) {
      std::destroy_at(std::addressof(value_));
    } else {
      std::destroy_at(std::addressof(error_));
    }
  }

  constexpr bool ok() const { return ok_; }
  constexpr explicit operator bool() const { return ok_; }

  constexpr const T& value() const& {
    GAVEL_CHECK(ok_);
    return value_;
  }
  constexpr T& value() & {
    GAVEL_CHECK(ok_);
    return value_;
  }
  constexpr T&& value() && {
    GAVEL_CHECK(ok_);
    return std::move(value_);
  }
  constexpr const T& operator*() const& { return value(); }
  constexpr T& operator*() & { return value(); }
  constexpr T&& operator*() && { return std::move(*this).value(); }
  constexpr const T* operator->() const { return std::addressof(value()); }
  constexpr T* operator->() { return std::addressof(value()); }

  constexpr const E& error() const {
    GAVEL_CHECK(!ok_);
    return error_;
  }

  constexpr T value_or(T fallback) const { return ok_ ? value_ : std::move(fallback); }

  // f(value) wrapped as a value; an error passes through.
  template <class F>
  constexpr auto map(F&& f) const -> Result<std::invoke_result_t<F, const T&>, E> {
    if (!ok_) return Err<E>{error_};
    if constexpr (std::is_void_v<std::invoke_result_t<F, const T&>>) {
      f(value_);
      return {};
    } else {
      return f(value_);
    }
  }
  // f(value), which is itself a Result with the same error type; an error passes through.
  template <class F>
  constexpr auto and_then(F&& f) const -> std::invoke_result_t<F, const T&> {
    if (!ok_) return Err<E>{error_};
    return f(value_);
  }
  // The same value with another error enum.
  template <class F>
  constexpr auto map_error(F&& f) const -> Result<T, std::invoke_result_t<F, const E&>> {
    if (ok_) return value_;
    return Err{f(error_)};
  }

  friend constexpr bool operator==(const Result& a, const Result& b) {
    return a.ok_ == b.ok_ && (a.ok_ ? a.value_ == b.value_ : a.error_ == b.error_);
  }

 private:
  union {
    T value_;
    E error_;
  };
  bool ok_;
};

// Success without a value: `return {};`.
template <class E>
class [[nodiscard]] Result<void, E> {
 public:
  using Value = void;
  using Error = E;

  constexpr Result() = default;
  constexpr Result(E error) : error_(std::move(error)), ok_(false) {}  // NOLINT
  template <class F>
    requires std::is_convertible_v<F, E>
  constexpr Result(Err<F> err) : error_(std::move(err.error)), ok_(false) {}  // NOLINT

  constexpr bool ok() const { return ok_; }
  constexpr explicit operator bool() const { return ok_; }
  constexpr void value() const { GAVEL_CHECK(ok_); }
  constexpr const E& error() const {
    GAVEL_CHECK(!ok_);
    return error_;
  }
  template <class F>
  constexpr auto and_then(F&& f) const -> std::invoke_result_t<F> {
    if (!ok_) return Err<E>{error_};
    return f();
  }
  template <class F>
  constexpr auto map_error(F&& f) const -> Result<void, std::invoke_result_t<F, const E&>> {
    if (ok_) return {};
    return Err{f(error_)};
  }
  friend constexpr bool operator==(const Result& a, const Result& b) {
    return a.ok_ == b.ok_ && (a.ok_ || a.error_ == b.error_);
  }

 private:
  E error_{};
  bool ok_ = true;
};

}  // namespace gavel::base

// The value of a Result expression; on an error the enclosing function returns that error.
//   const u64 n = GAVEL_TRY(read_count(reader));
#define GAVEL_TRY(...)                                                               \
  __extension__({                                                                    \
    auto gavel_try_result = (__VA_ARGS__);                                           \
    if (!gavel_try_result.ok()) return ::gavel::base::Err{gavel_try_result.error()}; \
    std::move(gavel_try_result).value();                                             \
  })
