import binaryen from 'assemblyscript/binaryen';

/** The import that an instrumented module calls with each condition: its number, and what it is. */
export const MODULE = 'fuzz';
export const BRANCH = 'branch';

/** The fields of Binaryen's expressions that hold other expressions, whatever their kind. */
const PARTS =
  'condition ifTrue ifFalse body value ptr left right operands children target delta dest source size vec shift a b c'.split(
    ' ',
  );

/** What Binaryen's types leave out: how the condition of each kind of expression is set. */
type Setters = Readonly<Record<string, { setCondition(expression: number, condition: number): void } | undefined>>;

function setCondition(expression: number, condition: number): void {
  const kinds: readonly [number, string][] = [
    [binaryen.IfId, 'If'],
    [binaryen.BreakId, 'Break'],
    [binaryen.SelectId, 'Select'],
    [binaryen.SwitchId, 'Switch'],
  ];
  const [, kind = ''] = kinds.find(([id]) => id === binaryen.getExpressionId(expression)) ?? [];
  (binaryen as unknown as Setters)[kind]?.setCondition(expression, condition);
}

/** The fields of an expression; none of a constant, and of what Binaryen does not describe. */
function partsOf(expression: number): Readonly<Record<string, unknown>> {
  if (binaryen.getExpressionId(expression) === binaryen.ConstId) return {};
  try {
    return { ...binaryen.getExpressionInfo(expression) };
  } catch {
    return {};
  }
}

/** A WebAssembly module that tells each condition of an if, a br_if, a br_table and a select. */
export function instrumented(code: Uint8Array): Uint8Array {
  const module = binaryen.readBinary(code);
  module.setFeatures(binaryen.Features.All);
  module.addFunctionImport(BRANCH, MODULE, BRANCH, binaryen.createType([binaryen.i32, binaryen.i32]), binaryen.i32);
  let count = 0;
  const told = (condition: number) => module.call(BRANCH, [module.i32.const(count++), condition], binaryen.i32);

  function visit(expression: number): void {
    const info = partsOf(expression);
    for (const part of PARTS) {
      for (const child of [info[part]].flat()) if (typeof child === 'number' && child !== 0) visit(child);
    }
    const { condition } = info;
    if (typeof condition === 'number' && condition !== 0) setCondition(expression, told(condition));
  }

  for (let index = 0; index < module.getNumFunctions(); index++) {
    const { body, base } = binaryen.getFunctionInfo(module.getFunctionByIndex(index)) as {
      body: number;
      base?: string;
    };
    if (body !== 0 && !base) visit(body);
  }
  if (!module.validate()) throw new Error('the instrumented module is invalid');
  return module.emitBinary();
}
