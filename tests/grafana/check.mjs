// Dashboards against Grafana's own types: @grafana/schema has them as TypeScript, of which ts-json-schema-generator makes JSON Schema. What is checked: the
// dashboard as a whole (panels, variables, links, annotations), and of each panel the options and the custom part of its field configuration, by the type of its
// plugin. What is not: targets, whose type is the data source's, as some fields of annotations are, and values of overrides, which Grafana's types leave open.
// Usage: node check.mjs NODE_MODULES FILE...
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';

const [modules, ...files] = process.argv.slice(2);
const require = createRequire(path.resolve(modules) + '/');
const { createGenerator } = require('ts-json-schema-generator');
const Ajv = require('ajv').default;

// Beside the modules: types are found from there. A file each, as plugins call their types by the same names.
const folder = path.resolve(modules, '..');
const tsconfig = path.join(folder, 'tsconfig.json');
fs.writeFileSync(tsconfig, JSON.stringify({ compilerOptions: { moduleResolution: 'bundler', module: 'esnext', target: 'es2022', skipLibCheck: true } }));
const raw = './node_modules/@grafana/schema/dist/types/raw';
const sources = { dashboard: ['dashboard/x', ['Dashboard', 'Panel', 'RowPanel']] };
for (const [plugin, types] of [['timeseries', ['Options', 'FieldConfig']], ['stat', ['Options']], ['table', ['Options']]]) sources[plugin] = [`composable/${plugin}/panelcfg/x`, types];
const ajv = new Ajv({ allErrors: true, strict: false, validateFormats: false });
for (const [name, [file, types]] of Object.entries(sources)) {
  const source = path.join(folder, `${name}.ts`);
  fs.writeFileSync(source, types.map(type => `import type { ${type} } from '${raw}/${file}/types.gen';\nexport type Checked${type} = ${type};\n`).join(''));
  ajv.addSchema(createGenerator({ path: source, type: '*', tsconfig, skipTypeCheck: true, additionalProperties: false, expose: 'export' }).createSchema('*'), name);
}
function schema(source, type) {
  const validate = ajv.getSchema(`${source}#/definitions/Checked${type}`);
  if (!validate) throw new Error(`${source} has no type ${type}`);
  return validate;
}

let wrong = 0, checked = 0;
function check(file, where, source, type, value) {
  const validate = schema(source, type);
  checked++;
  if (validate(value)) return;
  wrong++;
  console.log(`${file}: ${where}: not the ${type} of ${source}:`);
  for (const error of validate.errors.slice(0, 8)) console.log(`  ${error.instancePath || '/'} ${error.message} ${JSON.stringify(error.params)}`);
}

for (const file of files) {
  const dashboard = JSON.parse(fs.readFileSync(file, 'utf8'));
  const { panels, ...rest } = dashboard;
  // What a data source adds to an annotation is its own.
  for (const annotation of rest.annotations.list) {
    for (const own of ['titleFormat', 'textFormat']) delete annotation[own];
    for (const own of ['expr', 'refId', 'interval']) delete annotation.target[own];
  }
  check(file, 'as a whole', 'dashboard', 'Dashboard', rest);
  const ids = new Set();
  for (const panel of panels) {
    const where = `panel ${panel.id} (${panel.title})`;
    if (ids.has(panel.id)) { console.log(`${file}: ${where}: a second one with this id`); wrong++; }
    ids.add(panel.id);
    if (panel.type === 'row') { check(file, where, 'dashboard', 'RowPanel', panel); continue; }
    check(file, where, 'dashboard', 'Panel', panel);
    if (!sources[panel.type]) { console.log(`${file}: ${where}: no type of panel that is known here: ${panel.type}`); wrong++; continue; }
    check(file, where, panel.type, 'Options', panel.options);
    if (panel.fieldConfig.defaults.custom) check(file, where, panel.type, 'FieldConfig', panel.fieldConfig.defaults.custom);
  }
}
console.log(`${checked} parts of ${files.length} dashboards checked, ${wrong} wrong`);
process.exit(wrong ? 1 : 0);
