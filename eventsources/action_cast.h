// eventsources/action_cast.h
//
// Event sources of all kinds keep their action in IOEventSource::action. This casts it there and
// back.
#ifndef DRYDOCK_EVENTSOURCES_ACTION_CAST_H_
#define DRYDOCK_EVENTSOURCES_ACTION_CAST_H_

namespace drydock {

// `action` as a pointer to another kind of function. By way of void (*)(), which compilers take as
// the sign that the change of type is meant.
template <typename To, typename From>
To ActionCast(From action) {
  return reinterpret_cast<To>(reinterpret_cast<void (*)()>(action));
}

}  // namespace drydock

#endif  // DRYDOCK_EVENTSOURCES_ACTION_CAST_H_
