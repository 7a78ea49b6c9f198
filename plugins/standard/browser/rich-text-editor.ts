// The editor of formatted text: TipTap with a toolbar. A chunk of its own, loaded when such a field is first edited.
import { Editor } from '@tiptap/core';
import { StarterKit } from '@tiptap/starter-kit';

export interface EditorOptions {
  readonly element: HTMLElement;
  readonly html: string;
  readonly editable: boolean;
  /** Attributes of the text area: id, role, labels. */
  readonly attributes: Readonly<Record<string, string>>;
  onChange(html: string): void;
  /** The selection moved: marks under it may have changed. */
  onMove(): void;
}

export type Command =
  'bold' | 'italic' | 'underline' | 'strike' | 'heading' | 'bullets' | 'numbers' | 'quote' | 'undo' | 'redo';

/** What the field needs of an editor. */
export interface RichTextEditor {
  setHtml(html: string): void;
  setEditable(editable: boolean): void;
  run(command: Command): void;
  isActive(command: Command): boolean;
  /** Makes the selection a link; an empty address takes the link away. */
  link(address: string): void;
  readonly address: string;
  focus(): void;
  destroy(): void;
}

const nodes: Readonly<Partial<Record<Command, string>>> = {
  bullets: 'bulletList',
  numbers: 'orderedList',
  quote: 'blockquote',
};

export function createEditor(options: EditorOptions): RichTextEditor {
  const editor = new Editor({
    element: options.element,
    content: options.html,
    editable: options.editable,
    // The page's own style sheet has these rules: the content security policy forbids injected ones.
    injectCSS: false,
    textDirection: 'auto',
    extensions: [
      StarterKit.configure({ link: { openOnClick: false, protocols: ['mailto', 'tel'] }, heading: { levels: [2, 3] } }),
    ],
    editorProps: { attributes: options.attributes },
    onUpdate: () => options.onChange(editor.isEmpty ? '' : editor.getHTML()),
    onTransaction: () => options.onMove(),
  });
  const commands: Readonly<Record<Command, () => unknown>> = {
    bold: () => editor.chain().focus().toggleBold().run(),
    italic: () => editor.chain().focus().toggleItalic().run(),
    underline: () => editor.chain().focus().toggleUnderline().run(),
    strike: () => editor.chain().focus().toggleStrike().run(),
    heading: () => editor.chain().focus().toggleHeading({ level: 2 }).run(),
    bullets: () => editor.chain().focus().toggleBulletList().run(),
    numbers: () => editor.chain().focus().toggleOrderedList().run(),
    quote: () => editor.chain().focus().toggleBlockquote().run(),
    undo: () => editor.chain().focus().undo().run(),
    redo: () => editor.chain().focus().redo().run(),
  };
  return {
    setHtml(html) {
      const now = editor.isEmpty ? '' : editor.getHTML();
      if (html !== now) editor.commands.setContent(html, { emitUpdate: false });
    },
    setEditable: (editable) => editor.setEditable(editable, false),
    run: (command) => void commands[command](),
    isActive: (command) => editor.isActive(nodes[command] ?? command),
    link(address) {
      const chain = editor.chain().focus().extendMarkRange('link');
      if (address === '') chain.unsetLink().run();
      else chain.setLink({ href: address }).run();
    },
    get address() {
      const href: unknown = editor.getAttributes('link')['href'];
      return typeof href === 'string' ? href : '';
    },
    focus: () => void editor.commands.focus(),
    destroy: () => editor.destroy(),
  };
}
