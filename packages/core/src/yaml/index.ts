/** YAML and JSON files of users, read within bounds. A door of its own: the rest of the package needs no YAML. */

export { DEEPEST } from './nesting.ts';
export { readJson } from './read-json.ts';
export { type PlaceOf, readYaml, type YamlDocument, type YamlText } from './read-yaml.ts';
