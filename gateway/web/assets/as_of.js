// A slider over the moments at which something was recorded, beside the form that does the same without it. It sets the
// form's own field and puts the answer of the form's own address in place.
(() => {
  const make = () => {
    const form = document.getElementById('as-of-form');
    if (!form || form.querySelector('[type=range]')) return;
    const moments = form.dataset.moments.split(' ').filter(Boolean);
    if (!moments.length) return;
    const words = (index) => (index === moments.length ? 'now' : new Date(moments[index]).toLocaleString('en-GB', { timeZone: 'Europe/London' }));
    const group = document.createElement('div');
    group.className = 'govuk-form-group app-slider';
    const label = document.createElement('label');
    label.className = 'govuk-label';
    label.htmlFor = 'as-of-slider';
    label.textContent = 'Move through what was known';
    const slider = Object.assign(document.createElement('input'), { type: 'range', id: 'as-of-slider', min: 0, max: moments.length, step: 1 });
    const said = document.createElement('output');
    said.htmlFor.add('as-of-slider');
    const asked = new URL(location.href).searchParams.get('as-of');
    const at = asked ? moments.findIndex((moment) => moment >= new Date(asked).toISOString()) : -1;
    slider.value = at < 0 ? moments.length : at;
    const say = () => {
      said.textContent = words(Number(slider.value));
      slider.setAttribute('aria-valuetext', said.textContent);
    };
    say();
    let wanted = 0;
    slider.addEventListener('input', async () => {
      say();
      const mine = (wanted += 1);
      await new Promise((resolve) => setTimeout(resolve, 120));
      if (mine !== wanted) return;  // It moved on.
      const address = new URL(form.action);
      address.searchParams.set('clock', form.elements.clock.value);
      const moment = moments[Number(slider.value)];
      if (moment) address.searchParams.set('as-of', moment);
      const answer = await fetch(address, { cache: 'no-store' });
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const result = page.getElementById('as-of-result');
      if (mine !== wanted || !result) return;
      document.getElementById('as-of-result').replaceWith(result);
      form.elements['as-of'].value = form.elements['as-of'].defaultValue = page.getElementById('as-of').value;
      history.replaceState(null, '', address);
    });
    group.append(label, slider, said);
    form.append(group);
  };
  make();
  document.addEventListener('page-renewed', make);
})();
