// GAVEL_KEY=0x... node client.mjs HOST:PORT ACCOUNT MARKET buy|sell PRICE_TICKS LOTS
import net from "node:net";
import { secp256k1 } from "@noble/curves/secp256k1";
import { keccak_256 } from "@noble/hashes/sha3";
const [gateway, account, market, side, price, lots] = process.argv.slice(2);
const RESULTS = `ok expired unknown_market market_not_active bad_parameter bad_price bad_size
  notional_overflow client_id_in_use too_many_orders book_full insufficient_balance would_cross
  unknown_order unknown_client_id unknown_asset unknown_account self_transfer balance_list_full
  bad_amount bad_address address_in_use unknown_agent already_registered not_registered
  signer_table_full account_table_full outbox_full not_owner no_position malformed_message
  table_full not_allowed oracle_stale price_out_of_band not_oracle stale_report would_increase
  too_many_positions position_limit insufficient_margin not_liquidatable`.split(/\s+/);
const REFUSALS = `none malformed unknown_account unknown_signer bad_signature nonce_out_of_window
  nonce_used busy shutting_down nonce_table_full halted`.split(/\s+/);
const end = (status, line) => { console.log(line); process.exit(status); };
process.on("uncaughtException", (error) => end(1, `failed: ${error.message}`));
const uint = (bytes, x) => Buffer.from(BigInt(x).toString(16).padStart(2 * bytes, "0"), "hex");
const join = (...parts) => Buffer.concat(
  parts.map((part) => Array.isArray(part) ? uint(...part) : Buffer.from(part)));
const hash = (...parts) => keccak_256(join(...parts));
const [host, port] = gateway.split(":"), socket = net.connect(port, host);
socket.on("end", () => end(1, "failed: the node closed the connection"));
const send = (...parts) => socket.write(join([4, join(...parts).length], ...parts));
const read = (n) => socket.read(n) ?? new Promise((f) => socket.once("readable", () => f(read(n))));
async function receive(type) {
  const frame = await read((await read(4)).readUInt32BE()), body = frame.subarray(1);
  if (frame[0] === 0x84) end(1, `refused: ${REFUSALS[body[8]]}`);
  return frame[0] === type ? body : end(1, `error ${body[0]}: ${body.toString("utf8", 1)}`);
}
send([1, 0x01], [2, 1]); // hello, answered with the chain to sign for
const welcome = await receive(0x81), chain = join([24, 0], welcome.subarray(2, 10), [12, 0]);
const domain = hash(hash("EIP712Domain(string name,string version,uint256 chainId," +
  "address verifyingContract)"), hash("Gavel"), hash("1"), chain, welcome.subarray(10, 30));
const nonce = Date.now(), order = join([4, market], [1, ["buy", "sell"].indexOf(side)],
  [1, 0], [1, 0], [4, price], [8, lots], [17, 0]); // GTC, cancel maker, no client id
const action = hash(hash("Action(uint32 account,uint64 nonce,uint64 expiry,bytes32 action)"),
  [32, account], [32, nonce], [32, 0], hash([1, 1], [1, 0], [4, 0], order));
const { r, s, recovery } = secp256k1.sign(hash([2, 0x1901], domain, action),
  process.env.GAVEL_KEY.slice(-64), { lowS: true });
send([1, 0x02], [8, 1], [2, 0x0101], [1, 0], [4, account], [4, 0],
  [8, nonce], [8, 0], order, [32, r], [32, s | (BigInt(recovery) << 255n)]); // EIP-2098
const receipt = (await receive(0x82)).subarray(28), u64 = (at) => receipt.readBigUInt64BE(at);
for (let at = 39; at < receipt.length; at += 25) if (receipt[at] === 0)
  console.log(`fill: ${u64(at + 17)} lots at ${receipt.readUInt32BE(at + 13)}`);
end(receipt[0] && 1, `${RESULTS[receipt[0]]}: order ${u64(6)}, ${u64(22)} lots resting`);
