import { Anchor, Code, List, ScrollArea, Table, Text, Title, type TitleOrder } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { CodeBlock } from "@/ui/Code";
import { type Block, blocksOf, piecesOf } from "./blocks";
import { addressOf } from "./pages";

interface MarkdownProps {
  text: string;
  /** The page that it is, from which its links go on: `concepts/tiers.md`. */
  page: string;
}

/** A page of the documentation. */
export function Markdown({ text, page }: MarkdownProps) {
  return blocksOf(text).map((block, at) => <Drawn key={at} block={block} page={page} />);
}

function Drawn({ block, page }: { block: Block; page: string }) {
  switch (block.is) {
    case "heading":
      return (
        <Title id={block.id} order={Math.min(block.level, 4) as TitleOrder} mt="lg" mb="xs">
          <Words text={block.text} page={page} />
        </Title>
      );
    case "code":
      return <CodeBlock code={block.text} />;
    case "table":
      return (
        <ScrollArea type="auto" my="md">
          <Table>
            <Table.Thead>
              <Table.Tr>
                {block.head.map((cell, at) => (
                  <Table.Th key={at}>
                    <Words text={cell} page={page} />
                  </Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {block.rows.map((row, at) => (
                <Table.Tr key={at}>
                  {row.map((cell, column) => (
                    <Table.Td key={column}>
                      <Words text={cell} page={page} />
                    </Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </ScrollArea>
      );
    case "list":
      return (
        <List type={block.ordered ? "ordered" : "unordered"} spacing="xxs" my="sm" pl="md">
          {block.items.map((item, at) => (
            <List.Item key={at}>
              {item.map((each, part) =>
                each.is === "paragraph" ? (
                  <Words key={part} text={each.text} page={page} />
                ) : (
                  <Drawn key={part} block={each} page={page} />
                ),
              )}
            </List.Item>
          ))}
        </List>
      );
    case "paragraph":
      return (
        <Text my="sm">
          <Words text={block.text} page={page} />
        </Text>
      );
  }
}

function Words({ text, page }: MarkdownProps) {
  return piecesOf(text).map((piece, at) => {
    switch (piece.is) {
      case "code":
        return <Code key={at}>{piece.text}</Code>;
      case "strong":
        return <b key={at}>{piece.text}</b>;
      case "emphasis":
        return <em key={at}>{piece.text}</em>;
      case "link":
        return <Leads key={at} to={piece.to} text={piece.text} page={page} />;
      default:
        return piece.text;
    }
  });
}

/** A link to another page, to the outside, or none where the server has no such page. */
function Leads({ to, text, page }: { to: string; text: string; page: string }) {
  const address = addressOf(to, page);
  const words = <Words text={text} page={page} />;
  if (address === null) return words;
  if (address.is === "outside")
    return (
      <Anchor href={address.to} inherit underline="always">
        {words}
      </Anchor>
    );
  return (
    <Anchor
      component={Link}
      to={`/docs/${address.page}`}
      hash={address.hash}
      inherit
      underline="always"
    >
      {words}
    </Anchor>
  );
}
