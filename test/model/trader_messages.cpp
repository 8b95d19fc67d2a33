#include "model/trader.hpp"

namespace gavel::model {

void Trader::forced_message() {
  const u32 to = account();
  const auto found = twin_.model().accounts().find(to);
  Address sender = owner_of(77);
  if (found != twin_.model().accounts().end() && !one_in(12)) sender = found->second.owner;
  switch (below(5)) {
    case 0: {
      Packer p;
      p.add(to).add(static_cast<u32>(1 + below(4))).add(one_of(~u64{0}, 1, 50, 0));
      send(2, p.add(one_in(12) ? Address{} : owner_of(9)).bytes(), sender);
      return;
    }
    case 1:
      send(3, Packer().add(to).add(one_in(2) ? u32{0} : static_cast<u32>(below(9))).bytes(),
           sender);
      return;
    case 2:
    case 3:
      send(4, Packer().add(to).add(one_in(10) ? market() : perpetual()).bytes(), sender);
      return;
    default:
      send(5, Packer().add(to).add(one_of(~u64{0}, ~u64{0}, 1, 50, 0, 100'000)).bytes(), sender);
  }
}

void Trader::admin_message() {
  switch (below(7)) {
    case 0: {
      Packer p;
      const u32 next =
          static_cast<u32>(results_[{u16{kMessage + 128}, u8{0}}] + below(2) + one_in(4));
      p.add(next).add(owner_of(101)).add(u8{18}).add(u8{8}).add(Text16{'B'});
      send(128, p.bytes());
      return;
    }
    case 1: {
      Packer p;
      p.add(static_cast<u8>(one_of(1, 1, 1, 2))).add(static_cast<u32>(1 + below(4)));
      p.add(static_cast<u32>(1 + below(3))).add(u64{below(9)}).add(u64{1}).add(u32{0}).add(u32{0});
      send(129, p.add(u64{below(9)}).add(one_of(50, 0, u64{1} << 40)).add(Text16{'C'}).bytes());
      return;
    }
    case 2:
    case 3: {
      const u32 which = one_in(4) ? static_cast<u32>(below(9)) : static_cast<u32>(1 + below(5));
      send(130, Packer().add(which).add(static_cast<u8>(one_of(1, 1, 1, 2, 3))).bytes());
      return;
    }
    case 4:
      send(131, Packer().add(static_cast<u32>(one_of(1, 1, 1, 2, 250))).bytes());
      return;
    case 5: {
      Bytes body = perpetual_body(static_cast<u32>(below(3)), scale_);
      body[below(body.size())] = static_cast<u8>(below(256));
      send(132, body);
      return;
    }
    default: {
      Packer p;
      const u8 members = static_cast<u8>(one_in(6) ? below(18) : 3);
      p.add(static_cast<u8>(one_in(6) ? below(5) : 2)).add(members);
      const u32 first = static_cast<u32>(one_in(3) ? 1 : 2);
      for (u32 i = 0; i < 16; ++i) p.add(i < members ? i + first : 0);
      send(133, p.bytes());
    }
  }
}

void Trader::message() {
  switch (below(6)) {
    case 0:
    case 1: {
      Packer p;
      p.add(static_cast<u32>(one_in(15) ? 9 : 1 + below(3))).add((1 + below(3'000)) * scale_.money);
      const u32 to =
          one_in(12) ? static_cast<u32>(below(12)) : static_cast<u32>(1 + below(kOwners));
      send(1, p.add(owner_of(one_in(12) ? 70 : to)).add(one_in(12) ? u32{0} : to).bytes());
      return;
    }
    case 2:
    case 3:
    case 4:
      return forced_message();
    default:
      if (!one_in(6)) return admin_message();
      send(static_cast<u8>(one_of(0, 1, 6, 77, 255)), Bytes(below(60)));
  }
}

}  // namespace gavel::model
