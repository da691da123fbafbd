/**
 * The filter of the HTML report: shows the findings that match severity, area, file and all words of the search. Runs in
 * the browser as it stands, without a framework; without it the page simply shows everything.
 */
export const htmlScript = `(() => {
  'use strict';
  const form = document.getElementById('filters');
  if (!form) return;
  const findings = [...document.querySelectorAll('article.finding')].map((element) => ({
    element,
    severity: element.dataset.severity,
    area: element.dataset.area,
    file: element.dataset.file,
    text: undefined,
  }));
  const files = [...document.querySelectorAll('section.file')];
  const shown = document.getElementById('shown');
  const none = document.getElementById('none');
  const field = (name) => form.elements.namedItem(name);
  const apply = () => {
    const severities = new Set([...form.querySelectorAll('input[name=severity]:checked')].map((box) => box.value));
    const area = field('area').value;
    const file = field('file').value;
    const words = field('text').value.toLowerCase().split(/\\s+/).filter(Boolean);
    let count = 0;
    for (const finding of findings) {
      let visible = severities.has(finding.severity) && (area === '' || area === finding.area) && (file === '' || file === finding.file);
      if (visible && words.length > 0) {
        finding.text ??= finding.element.textContent.toLowerCase();
        visible = words.every((word) => finding.text.includes(word));
      }
      finding.element.hidden = !visible;
      if (visible) count += 1;
    }
    for (const section of files) section.hidden = !section.querySelector('article.finding:not([hidden])');
    shown.textContent = count === findings.length ? 'all ' + count + ' shown' : count + ' of ' + findings.length + ' shown';
    none.hidden = count > 0;
  };
  form.addEventListener('input', apply);
  form.addEventListener('submit', (event) => event.preventDefault());
  form.addEventListener('reset', () => setTimeout(apply));
  addEventListener('beforeprint', () => {
    for (const details of document.querySelectorAll('details')) details.open = true;
  });
  form.hidden = false;
  apply();
})();`;
