export default function Choose() {
  return null;
}
