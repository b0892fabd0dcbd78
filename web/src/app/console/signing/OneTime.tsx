export default function OneTime() {
  return null;
}
